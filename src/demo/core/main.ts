/**
 * The demo's system of record as its own process.
 *
 * DEMO_CORE_PORT (0: a free one, printed), DEMO_CORE_HOST (127.0.0.1), DEMO_CORE_FILE (in memory
 * without it), DEMO_CORE_TOKEN (required), DEMO_CORE_SEED (`no`: start empty), DEMO_CORE_FAULT_HEADER
 * (`yes`: a request may ask for its own fault).
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { seedCustomers } from './seed.ts';
import { startDemoCore } from './server.ts';

const {
	DEMO_CORE_PORT: port = '0',
	DEMO_CORE_HOST: host = '127.0.0.1',
	DEMO_CORE_FILE: file,
	DEMO_CORE_TOKEN: token,
	DEMO_CORE_SEED: seed,
	DEMO_CORE_FAULT_HEADER: faultHeader
} = process.env;

if (!token || !/^\d{1,5}$/.test(port)) {
	const wrong = token ? 'DEMO_CORE_PORT must be a port number' : 'DEMO_CORE_TOKEN must be set';
	process.stderr.write(`${wrong}\n`);
	process.exit(1);
}
if (file) mkdirSync(dirname(file), { recursive: true });
const core = await startDemoCore({
	port: Number(port),
	host,
	token,
	faultHeader: faultHeader === 'yes',
	...(file ? { file } : {}),
	...(seed === 'no' ? {} : { seed: seedCustomers(new Date()) })
});
process.stdout.write(`${JSON.stringify({ listening: core.port })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => void core.close().then(() => process.exit(0)));
