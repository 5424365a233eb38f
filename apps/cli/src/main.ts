#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// What was compiled once is not compiled again: half of the time that a short command takes.
enableCompileCache();
const { runProgram } = await import('./program.ts');
await runProgram(process.argv.slice(2), process.env);
