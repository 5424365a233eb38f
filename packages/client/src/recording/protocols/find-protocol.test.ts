import { expect, test } from 'vitest';
import { findProtocol } from './find-protocol.ts';

const provider = (url: string) => findProtocol(new URL(url))?.provider ?? null;

test('a protocol is found by the end of the path, on any host', () => {
  expect(provider('https://api.openai.com/v1/chat/completions')).toBe('openai');
  expect(provider('https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1')).toBe(
    'openai',
  );
  expect(provider('http://127.0.0.1:8080/chat/completions/')).toBe('openai');
  expect(provider('https://api.openai.com/v1/responses')).toBe('openai');
  expect(provider('https://api.anthropic.com/v1/messages?beta=true')).toBe('anthropic');
  expect(provider('https://proxy.example/anthropic/v1/messages')).toBe('anthropic');
  expect(provider('http://127.0.0.1:11434/api/chat')).toBe('ollama');
  expect(provider('http://127.0.0.1:11434/api/generate')).toBe('ollama');
  expect(provider('https://generativelanguage.googleapis.com/v1beta/models/g:generateContent?key=k')).toBe(
    'google',
  );
  expect(provider('https://x/v1/projects/p/publishers/google/models/g:streamGenerateContent')).toBe('google');
});

test('other paths have none', () => {
  for (const path of [
    '/',
    '/v1/embeddings',
    '/v1/responses/resp_1',
    '/v1/messages/count_tokens',
    '/v1/threads/t/messages',
    '/v1/models/g:countTokens',
    '/xapi/chat',
    '/api/tags',
  ]) {
    expect(provider(`https://host.example${path}`)).toBeNull();
  }
});

test('the model of Google is decoded, and left out where it cannot be', () => {
  const body = { contents: [{ parts: [{ text: 'Hi' }] }] };
  const model = (name: string) =>
    findProtocol(new URL(`https://h/models/${name}:generateContent`))?.readRequest(body)?.model;
  expect(model('tuned%20one')).toBe('tuned one');
  expect(model('%E0%A4%A')).toBeUndefined();
});
