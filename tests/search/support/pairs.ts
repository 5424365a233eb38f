/** A text, what is searched for, and whether that finds it: what search promises, and what it does not. */
export interface Pair {
  readonly text: string;
  readonly search: string;
  readonly finds: boolean;
  readonly mode?: 'exact' | 'fuzzy';
}

export interface Chapter {
  readonly title: string;
  readonly pairs: readonly Pair[];
}

const yes = (search: string, text: string, mode?: Pair['mode']): Pair =>
  toPair({ search, text, finds: true }, mode);
const no = (search: string, text: string, mode?: Pair['mode']): Pair =>
  toPair({ search, text, finds: false }, mode);

function toPair(pair: Pair, mode: Pair['mode']): Pair {
  return mode === undefined ? pair : { ...pair, mode };
}

const uuid = '018f2c3e-1234-7abc-8def-0123456789ab';

/** `docs/search.md` shows these; a test compares. */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'Words',
    pairs: [
      yes('design', 'The designs are ready.'),
      yes('designs', 'One design.'),
      yes('designing', 'It was designed well.'),
      yes('LOGIN', 'the login page'),
      yes('login page', 'This page has a login.'),
      yes('naive', 'a naïve approach'),
      yes('café', 'the cafe around the corner'),
      yes('strasse', 'Straße'),
      yes('Ｆｕｌｌ', 'full width letters'),
      no('log', 'the login page'),
      no('login', 'logic and logistics'),
      no('page login', 'a page without it'),
      no('design', 'a resigned sigh'),
    ],
  },
  {
    title: 'Identifiers',
    pairs: [
      yes('user', 'const id = getUserById(7);'),
      yes('user', 'SELECT user_id FROM t'),
      yes('user', 'class UserService {}'),
      yes('users', 'class UserService {}'),
      yes('getUserById', 'await getUserById(7)'),
      yes('getuserbyid', 'await getUserById(7)'),
      yes('getUserById', 'def get_user_by_id(id):'),
      yes('user_id', 'SELECT user_id FROM t'),
      yes('http', 'new HTTPServer()'),
      yes('prisma.user', 'this.prisma.user.findMany()'),
      yes('max-width', '.box { max-width: 10px }'),
      yes('read-only', 'a read only file'),
      yes("don't", "We don't know."),
      yes('C++', 'written in C++ and Rust'),
      no('user', 'a superuser'),
      no('getUserById', 'getUserByName(7)'),
      no('user_id', 'the user has an id'),
      no('C++', 'written in C and Rust'),
    ],
  },
  {
    title: 'Exact names, numbers and versions',
    pairs: [
      yes('E_CONN_REFUSED', 'Error: E_CONN_REFUSED at line 3'),
      yes('e_conn_refused', 'Error: E_CONN_REFUSED at line 3'),
      yes('v2.3.1', 'released v2.3.1 today'),
      yes('2.3.1', 'released v2.3.1 today'),
      yes('#1234', 'fixes #1234, closes #99'),
      yes('1234', 'fixes #1234'),
      yes(uuid, `run ${uuid} failed`),
      yes(uuid.toUpperCase(), `run ${uuid} failed`),
      yes('@scope/pkg-name', 'import x from "@scope/pkg-name";'),
      no('E_CONN_REFUSED', 'E_CONN_RESET, then refused'),
      no('E_CONN_REFUSED', 'e conn refused'),
      no('v2.3.1', 'released v2.3.10 today'),
      no('v2.3', 'released v2.3.1 today'),
      no('#1234', 'fixes #12345'),
      no('#1234', 'in 1234 places'),
      no(uuid, `run ${uuid.replace('018f', '018e')} failed`),
    ],
  },
  {
    title: 'Paths',
    pairs: [
      yes('login', 'see src/auth/login.ts'),
      yes('login.ts', 'see src/auth/login.ts'),
      yes('src/auth', 'see src/auth/login.ts'),
      yes('src/auth', 'see src/auth/oauth/google.ts:12'),
      yes('src/auth/', 'see src/auth/login.ts'),
      yes('auth/login.ts', 'see src/auth/login.ts'),
      yes('src/auth/login.ts', 'see ./src/auth/login.ts:42'),
      yes('src\\auth', 'see src/auth/login.ts'),
      no('src/auth', 'see src/authentication/login.ts'),
      no('src/auth', 'in src, for auth'),
      no('src/auth', 'see lib/src2/auth/login.ts'),
      no('login.ts', 'see src/auth/login.tsx'),
    ],
  },
  {
    title: 'Scripts without blanks',
    pairs: [
      yes('設計', 'データベース設計の文書'),
      yes('文書', 'データベース設計の文書'),
      yes('書', 'データベース設計の文書'),
      yes('データベース', 'データベース設計の文書'),
      yes('认证', '用户认证服务'),
      yes('사용자', '새로운 사용자를 만든다'),
      no('設文', 'データベース設計の文書'),
      no('证认', '用户认证服务'),
      no('ﾃﾞｰﾀ', 'データベース'),
    ],
  },
  {
    title: 'Phrases, exclusion and alternatives',
    pairs: [
      yes('"login page"', 'Open the login page.'),
      yes('"get user"', 'getUserById(7)'),
      yes('login -logout', 'a login page'),
      yes('logout OR login', 'a login page'),
      yes('"open page" OR "login page"', 'the login page'),
      yes('login -"page login"', 'a login page'),
      yes('"login page', 'the login page'),
      yes('-logout', 'a login page'),
      no('"login page"', 'a page to login'),
      no('"page login"', 'Open the login page.'),
      no('login -page', 'a login page'),
      no('login -"login page"', 'a login page'),
      no('logout OR signup', 'a login page'),
    ],
  },
  {
    title: 'Anything else that is typed',
    pairs: [
      yes('login & page | !!', 'a login page'),
      yes("login:* 'page", 'a login page'),
      yes('(login)', 'a login page'),
      yes('🚀', 'shipped 🚀 today'),
      no('', 'a login page'),
      no('=> {', 'a => { b }'),
      no('\0', 'a login page'),
    ],
  },
  {
    title: 'Letter by letter (mode exact)',
    pairs: [
      yes('const user = await', 'const user = await load();', 'exact'),
      yes('E_CONN_REFUSED', 'E_CONN_REFUSED', 'exact'),
      yes('"quoted" -text', 'a "quoted" -text', 'exact'),
      yes('auth/login', 'see src/auth/login.ts', 'exact'),
      yes('getUserById', 'await users.getUserById(7)', 'exact'),
      yes('設計の', 'データベース設計の文書', 'exact'),
      no('ogin page', 'the login page', 'exact'),
      no('const User = await', 'const user = await load();', 'exact'),
      no('const  user', 'const user = await load();', 'exact'),
      no('designs', 'one design', 'exact'),
      no('getUserById', 'getUserByIdAndName(7)', 'exact'),
      no('getUserById', 'getuserbyid(7)', 'exact'),
      no('naive', 'a naïve approach', 'exact'),
    ],
  },
  {
    title: 'Typos (mode fuzzy)',
    pairs: [
      yes('authentcation', 'the authentication of users', 'fuzzy'),
      yes('authnetication', 'the authentication of users', 'fuzzy'),
      yes('desing', 'the design', 'fuzzy'),
      yes('pasword', 'a password', 'fuzzy'),
      yes('databse design', 'The database has a design.', 'fuzzy'),
      yes('usre', 'getUserById(7)', 'fuzzy'),
      no('authorship', 'the authentication of users', 'fuzzy'),
      no('cat', 'the car', 'fuzzy'),
      no('databse -design', 'The database has a design.', 'fuzzy'),
      no('authentcation', 'the authentication of users'),
    ],
  },
];
