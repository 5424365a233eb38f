/** A program as people write it: SDKs that find their LLMs by the environment, and say nothing of a ledger. */

import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { generateText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

const messages = [{ role: 'user' as const, content: 'Design a todo app.' }];
const say = (text: string | null | undefined) =>
  void process.stdout.write(`${JSON.stringify({ said: text })}\n`);

const openai = new OpenAI({ apiKey: 'none' });
say((await openai.chat.completions.create({ model: 'gpt-5', messages })).choices[0]?.message.content);

let said = '';
const headers = { 'x-stepledger-step': 'streamed' };
const stream = await openai.chat.completions.create({ model: 'gpt-5', messages, stream: true }, { headers });
for await (const { choices } of stream) said += choices[0]?.delta.content ?? '';
say(said);

const anthropic = new Anthropic({ apiKey: 'none' });
const { content } = await anthropic.messages.create({ model: 'claude', max_tokens: 100, messages });
say(content.map((block) => (block.type === 'text' ? block.text : '')).join(''));

const ollama = new Ollama({ host: process.env['OLLAMA_HOST'] ?? '' });
say((await ollama.chat({ model: 'llama3.2', messages })).message.content);

say(
  (await generateText({ model: createOpenAI({ apiKey: 'none' })('gpt-5'), prompt: 'Design a todo app.' }))
    .text,
);
