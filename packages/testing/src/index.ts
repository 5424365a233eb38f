export { defaultAnswer, textOfBytes } from './llm-endpoint/answer-text.ts';
export {
  type Behaviour,
  BROKEN,
  type Cut,
  HANGING,
  RATE_LIMITED,
  SERVER_ERROR,
} from './llm-endpoint/behaviour.ts';
export type { Chunking } from './llm-endpoint/chunking.ts';
export { type LlmEndpointProcess, startLlmEndpointProcess } from './llm-endpoint/endpoint-process.ts';
export {
  type LlmEndpoint,
  type LlmEndpointOptions,
  type LlmRequest,
  startLlmEndpoint,
} from './llm-endpoint/llm-endpoint.ts';
export type { LoggedAnswer, LoggedRequest } from './llm-endpoint/log.ts';
export { TOKENS } from './llm-endpoint/protocols/protocol.ts';
export { findRecordedData, loadTexts } from './recorded-data.ts';
export { requireTool, type SystemTool } from './system-tools.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';
export { anyText, bigText, type TextConstraints } from './texts.arbitrary.ts';
