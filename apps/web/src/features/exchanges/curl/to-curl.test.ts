import { expect, test } from 'vitest';
import { toCurl } from './to-curl.ts';

const input = {
  url: 'https://llm.example/v1/chat/completions',
  provider: 'openai',
  body: '{}',
  source: null,
};

test('the command sends the body to the url, with a variable in place of the key', () => {
  expect(toCurl(input)).toBe(
    [
      "curl --globoff --proto '=http,https'",
      "--url 'https://llm.example/v1/chat/completions'",
      "--header 'content-type: application/json'",
      '--header "authorization: Bearer $OPENAI_API_KEY"',
      "--data-raw '{}'",
    ].join(' \\\n  '),
  );
});

test.each(['__proto__', 'constructor', '$(id)'])(
  'a provider that nobody knows gets the usual key: %s',
  (provider) => {
    expect(toCurl({ ...input, provider })).toContain('--header "authorization: Bearer $API_KEY"');
  },
);

test('a body that no word holds is piped from the server that stores it', () => {
  const source = { url: 'http://127.0.0.1:1/raw/x.binary', needsKey: true };
  const large = toCurl({ ...input, body: 'x'.repeat(200_000), source });
  expect(large).toMatch(
    /^curl .*\$STEPLEDGER_TOKEN" --url 'http:\/\/127\.0\.0\.1:1\/raw\/x\.binary' \|\ncurl /,
  );
  expect(large).toContain('--data-binary @-');
  expect(large.length).toBeLessThan(1000);
  expect(toCurl({ ...input, body: 'a\0', source })).toContain('--data-binary @-');
});
