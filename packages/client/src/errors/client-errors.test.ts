import { expect, test } from 'vitest';
import { unreachable } from './client-errors.ts';

function failed(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('the reason'), { code }) });
}

test.each([
  ['ECONNREFUSED', 'running', true],
  ['ENOTFOUND', 'host name', true],
  ['ECONNRESET', 'http', true],
  ['UND_ERR_SOCKET', 'broke', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', false],
  ['CERT_HAS_EXPIRED', 'certificate', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', false],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'https', false],
  ['EPROTO', 'https', false],
  ['SOMETHING_NEW', 'Check the url', true],
])('%s is told with what to check', (code, hint, retryable) => {
  const { details, message } = unreachable('http://ledger.example:4400', failed(code));

  expect(details).toMatchObject({
    url: 'http://ledger.example:4400',
    reason: `the reason (${code})`,
    retryable,
  });
  expect(details.hint).toContain(hint);
  expect(message).toContain(details.hint);
});

test('where several addresses were tried, the reason of the first is told', () => {
  const errors = [
    Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
  ];
  const cause = new TypeError('fetch failed', { cause: new AggregateError(errors) });

  expect(unreachable('http://localhost:1', cause).details.reason).toBe('connect ECONNREFUSED ::1:1');
});
