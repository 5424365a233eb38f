export { loadRecordedRuns, type RecordedRuns } from './recorded-runs.ts';
