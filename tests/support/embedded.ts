import { mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseDetail } from '../../src/lib/contracts/api.ts';
import { openEmbedded } from '../../src/lib/server/db/embedded.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { type RecordsPeer, startRecordsPeer } from '../peers/records.ts';
import { snapshotPath } from './database.ts';
import { FACTS } from './open-case.ts';
import { type Server, startServer } from './servers.ts';
import { newKeys, publish, recordsOf } from './world.ts';

/** The production build on the embedded database, seen only from outside: its folder is locked. */
export interface Embedded {
	folder: string;
	/** Settings of every process on this folder. */
	env: Record<string, string>;
	/** The public origin: what forms must name, and what links begin with. */
	origin: string;
	core: RecordsPeer;
	/** The newest process. */
	server: Server;
	/** The next process on the same folder; the one before must have ended. */
	start(env?: Record<string, string>): Promise<void>;
	/** Opens a case through the API; gives its id. */
	open(workflow: string, customer: string): Promise<string>;
	/** A case as the API shows it. */
	caseOf(id: string): Promise<CaseDetail>;
	close(): Promise<void>;
}

/** One process of the production build on an embedded database of its own, and a demo core. */
export async function startEmbedded(): Promise<Embedded> {
	const folder = mkdtempSync(join(tmpdir(), 'tapdone-embedded-'));
	const core = await startRecordsPeer();
	const cleanUp = async () => {
		await core.close();
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		return await start(folder, core, cleanUp);
	} catch (error) {
		await cleanUp();
		throw error;
	}
}

async function start(
	folder: string,
	core: RecordsPeer,
	cleanUp: () => Promise<void>
): Promise<Embedded> {
	const token = await prepare(folder);
	const origin = 'https://t.example.test';
	const env = {
		TAPDONE_ENV: 'test',
		TAPDONE_PHONE: 'on',
		TAPDONE_JOB_POLL_MS: '500',
		TAPDONE_DATA: folder,
		TAPDONE_RECORDS: recordsOf(core),
		TAPDONE_ORIGIN: origin,
		...newKeys()
	};
	const authorization = `Bearer ${token}`;

	async function call<Answer>(path: string, request: RequestInit): Promise<Answer> {
		const answer = await fetch(`${at.server.url}/api/v1/cases${path}`, request);
		if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
		return (await answer.json()) as Answer;
	}

	const at: Embedded = {
		folder,
		env,
		origin,
		core,
		server: await startServer(env),
		async start(more = {}) {
			at.server = await startServer({ ...env, ...more });
		},
		async open(workflow, customer) {
			const { phone } = await core.customer(customer);
			const line = { workflow, customer, language: 'en', facts: FACTS[workflow] };
			const opened = await call<{ id: string }>('', {
				method: 'POST',
				headers: {
					authorization,
					'content-type': 'application/json',
					'idempotency-key': `${workflow}-${customer}`
				},
				body: JSON.stringify({ ...line, contacts: { sms: phone } })
			});
			return opened.id;
		},
		caseOf: (id) => call<CaseDetail>(`/${id}`, { headers: { authorization } }),
		async close() {
			await at.server.stop('SIGKILL');
			await cleanUp();
		}
	};
	return at;
}

/** Schema, starters and an API key, before a process takes the folder; gives the key. */
async function prepare(folder: string): Promise<string> {
	const database = await openEmbedded(folder, await openAsBlob(snapshotPath()));
	try {
		await publish(database.db);
		const created = await createApiKey({ db: database.db }, 'test', ['cases:write', 'cases:read']);
		if (!created.ok) throw new Error(created.reason);
		return created.value.token;
	} finally {
		await database.close();
	}
}
