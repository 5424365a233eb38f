export { findRecordedData, loadTexts } from './recorded-data.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';
export { anyText, bigText, type TextConstraints } from './texts.arbitrary.ts';
