import { fromPglite } from 'pg-boss';
import { type Channels, createChannels } from './channels/create.ts';
import { type Config, loadConfig, printProblems } from './config.ts';
import { createLinks } from './crypto/links.ts';
import { createSigner } from './crypto/signer.ts';
import { createVault } from './crypto/vault.ts';
import { type Database, openDatabase } from './db/connect.ts';
import { migrate, schemaState } from './db/migrate.ts';
import { purgeOld } from './flows/purge-old.ts';
import { rewrapInTurn } from './flows/rewrap-keys.ts';
import { sealRecord } from './flows/seal-record.ts';
import { sweep } from './flows/sweep.ts';
import { handlersOf } from './jobs/handlers.ts';
import { type Jobs, startJobs } from './jobs/jobs.ts';
import { migrateJobs } from './jobs/migrate.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createFiles, nowhere } from './outside/files.ts';
import type { Parts } from './parts.ts';
import { createHttpRecords } from './records/http.ts';
import { checkStart, warnOfConnections } from './start-checks.ts';

const SWEEP_MS = 10_000;
const SEAL_MS = 5_000;
const PURGE_MS = 3_600_000;
const REWRAP_MS = 600_000;
const FORGET_MS = 60_000;
/** Connections of pg-boss beside the pool: it polls, it never does a page's work. */
const BOSS_CONNECTIONS = 4;

/** The one object of a process. Routes take its parts; `stop` ends what it started. */
export interface App {
	parts: Parts;
	/** `null` when it can serve, else why not. */
	unready(): Promise<string | null>;
	/** Is it going down? Whoever holds a connection open lets go of it then. */
	isDraining(): boolean;
	/** From now on `unready` says so, and the load balancer looks elsewhere. */
	drain(): void;
	/** @param graceMs how long jobs under way may take to end */
	stop(graceMs?: number): Promise<void>;
}

/** Connections for what comes by the thousand; the others never wait behind it. */
const backgroundOf = ({ poolSize }: Config): number => Math.max(1, Math.floor(poolSize * 0.2));

const splits = ({ databaseUrl, role }: Config): boolean => databaseUrl !== null && role !== 'web';

/** The pool of background work; nothing where one database does all, as the embedded one must. */
async function openBackground(config: Config): Promise<Database | null> {
	if (!splits(config)) return null;
	return openDatabase({
		url: config.databaseUrl ?? undefined,
		poolSize: backgroundOf(config),
		role: 'worker'
	});
}

async function openSchema(config: Config): Promise<Database> {
	const database = await openDatabase({
		url: config.databaseUrl ?? undefined,
		dataDir: config.databaseUrl ? undefined : config.dataDir,
		poolSize: config.poolSize - (splits(config) ? backgroundOf(config) : 0),
		role: config.role === 'worker' ? 'worker' : 'web'
	});
	if (database.kind === 'embedded') {
		// One process owns it, so its start is its deploy step.
		await migrate(database.db);
		await migrateJobs(database);
	} else if ((await schemaState(database.db)) === 'behind') {
		await database.close();
		throw new Error('The database is behind this version. Run: npm run migrate');
	}
	return database;
}

/**
 * Builds everything from a checked configuration and starts the jobs of this process's role.
 * @param opened a migrated database that is open already
 */
export async function buildApp(config: Config, opened?: Database): Promise<App> {
	const log = createLog(config);
	const database = opened ?? (await openSchema(config));
	const boss =
		database.kind === 'embedded'
			? { db: fromPglite(database.pglite), backend: 'pglite' as const }
			: { connectionString: config.databaseUrl as string, max: BOSS_CONNECTIONS };
	const vault = createVault({ master: config.keys.master, lookup: config.keys.lookup });
	await checkStart(database, vault, config, log);
	const jobs = await startJobs(boss, log);
	const channels = await createChannels(config.channels, config);
	const parts: Parts = {
		config,
		db: database.db,
		vault,
		links: createLinks({ keys: config.keys.links }),
		signer: createSigner(config.keys.audit),
		outside: config.auditDir === null ? nowhere : createFiles(config.auditDir),
		jobs,
		records: createHttpRecords(config.records),
		channels,
		log,
		metrics: createMetrics(),
		crash: crashPoint(config)
	};
	await warnOfConnections(parts);
	const background = opened ? null : await openBackground(config);
	const behind = background ? { ...parts, db: background.db } : parts;
	const timers = config.role === 'web' ? [] : await startWork(parts, behind, jobs, channels);
	timers.push(setInterval(() => parts.vault.forgetOld(), FORGET_MS).unref());
	let draining = false;
	return {
		parts,
		async unready() {
			if (draining) return 'draining';
			const state = await schemaState(database.db).catch(() => 'unreachable');
			return state === 'current' || state === 'ahead' ? null : `database ${state}`;
		},
		isDraining: () => draining,
		drain() {
			draining = true;
		},
		async stop(graceMs = config.shutdownSeconds * 1000) {
			draining = true;
			for (const timer of timers) clearInterval(timer);
			await jobs.stop(graceMs);
			await parts.records.close();
			channels.close();
			await background?.close();
			await database.close();
		}
	};
}

/** The app that the environment asks for; throws the readable list of what is wrong with it. */
export async function startFromEnvironment(env: NodeJS.ProcessEnv): Promise<App> {
	const config = loadConfig(env);
	if (!config.ok) throw new Error(printProblems(config.detail ?? []));
	return buildApp(config.value);
}

async function startWork(
	parts: Parts,
	behind: Parts,
	jobs: Jobs,
	{ open }: Channels
): Promise<NodeJS.Timeout[]> {
	if (open.length === 0)
		parts.log.warn(
			'no channel is configured: messages wait until one is (see TAPDONE_TWILIO_ACCOUNT, TAPDONE_SMTP)'
		);
	const repeat = (name: string, every: number, run: () => Promise<unknown>) => {
		let running = false;
		return setInterval(() => {
			if (running) return;
			running = true;
			run()
				.catch((error: unknown) => parts.log.error({ error }, `${name} failed; it runs again`))
				.finally(() => (running = false));
		}, every);
	};
	await jobs.work(handlersOf(parts, behind), parts.config.jobPollMs);
	return [
		repeat('sweep', SWEEP_MS, () => sweep(parts)),
		repeat('seal', SEAL_MS, () => sealRecord(parts)),
		repeat('purge', PURGE_MS, () => purgeOld(parts)),
		repeat('rewrap', REWRAP_MS, () => rewrapInTurn(parts))
	];
}

/**
 * For the crash matrix: the process ends at the named point as if the power had gone; `point.2`
 * lets it pass there once.
 */
function crashPoint({ crashAt }: Config): Parts['crash'] {
	if (!crashAt) return () => undefined;
	const [name, time = '1'] = crashAt.split('.');
	let left = Number(time);
	return (point) => {
		if (point === name && --left === 0) process.kill(process.pid, 'SIGKILL');
	};
}
