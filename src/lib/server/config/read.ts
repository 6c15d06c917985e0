import { fail, ok, type Result } from '../../domain/result.ts';
import type { ChannelSettings } from '../channels/settings.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { HttpConnection } from '../records/http-config.ts';
import { channelSettings } from './channels.ts';
import { crossProblems } from './checks.ts';
import { nearest } from './nearest.ts';
import {
	type Environment,
	isSecret,
	type Name,
	NAMES,
	type Values,
	VARIABLES
} from './variables.ts';

export interface Config {
	env: Environment;
	/** Scheme, host and port without a slash: links are `${origin}/l/…`. */
	origin: string;
	host: string;
	port: number;
	role: 'all' | 'web' | 'worker';
	/** Null: the embedded database in `dataDir`. */
	databaseUrl: string | null;
	dataDir: string;
	poolSize: number;
	keys: { master: Keyring; links: Keyring; audit: Keyring; lookup: Uint8Array };
	/** Null: checkpoints are kept in the database and told in the log only. */
	auditDir: string | null;
	/** The role that must not be able to change the record; null: it is only warned of. */
	servingRole: string | null;
	records: Record<string, HttpConnection>;
	channels: ChannelSettings;
	phone: boolean;
	/** Whether quiet hours and frequency caps hold. */
	outreachLimits: boolean;
	trustedHops: number;
	shutdownSeconds: number;
	/** Of `shutdownSeconds`: how long requests are still taken while `/readyz` says no. */
	drainSeconds: number;
	jobPollMs: number;
	/** Null: open in demo and test, absent in production. */
	metricsToken: string | null;
	logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
	accessLog: boolean;
	crashAt: string | null;
}

/** One line of the list that stops the start. Values of variables are never in it. */
export interface ConfigProblem {
	variable: string;
	problem: string;
	cure: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads and checks every variable; `bad-config` carries all problems, not the first. */
export function readConfig(env: Env): Result<Config, 'bad-config', ConfigProblem[]> {
	const problems: ConfigProblem[] = [];
	const add = (variable: Name, problem: string) =>
		problems.push({ variable, problem, cure: `Give it ${VARIABLES[variable].takes}.` });

	const values: Values = {};
	for (const name of NAMES) {
		const text = env[name]?.trim();
		// Compose files pass an empty text for what was not set.
		if (!text) continue;
		const parsed = VARIABLES[name].schema.safeParse(text);
		if (parsed.success) Object.assign(values, { [name]: parsed.data });
		else
			for (const issue of parsed.error.issues)
				add(
					name,
					issue.code === 'custom' || isSecret(name) ? issue.message : `is "${text.slice(0, 60)}"`
				);
	}

	const environment = values.TAPDONE_ENV ?? 'production';
	const bad = new Set(problems.map(({ variable }) => variable));
	const required: Name[] = [
		'TAPDONE_MASTER_KEYS',
		'TAPDONE_LINK_KEYS',
		'TAPDONE_LOOKUP_KEY',
		'TAPDONE_AUDIT_KEYS'
	];
	if (environment === 'production') required.unshift('TAPDONE_ORIGIN');
	for (const name of required) if (!values[name] && !bad.has(name)) add(name, 'is missing');
	for (const [name, problem] of crossProblems(environment, values)) add(name, problem);
	problems.push(...unknownNames(env, environment));

	const config = assemble(environment, values);
	return problems.length || !config ? fail('bad-config', problems) : ok(config);
}

/** A misspelt name would otherwise be a setting that silently is not made. */
function unknownNames(env: Env, environment: Environment): ConfigProblem[] {
	return Object.keys(env)
		.filter((name) => name.startsWith('TAPDONE_') && !Object.hasOwn(VARIABLES, name))
		.filter((name) => environment !== 'test' || !name.startsWith('TAPDONE_TEST_'))
		.map((variable) => ({
			variable,
			problem: 'is no variable of this program',
			cure: `Did you mean ${nearest(variable, NAMES)}? Otherwise remove it.`
		}));
}

function assemble(env: Environment, values: Values): Config | null {
	const master = values.TAPDONE_MASTER_KEYS;
	const links = values.TAPDONE_LINK_KEYS;
	const lookup = values.TAPDONE_LOOKUP_KEY;
	const audit = values.TAPDONE_AUDIT_KEYS;
	if (!master || !links || !lookup || !audit) return null;
	const trying = env !== 'production';
	const port = values.TAPDONE_PORT ?? 3000;
	const dataDir = values.TAPDONE_DATA ?? './data';
	const shutdownSeconds = values.TAPDONE_SHUTDOWN_SECONDS ?? 30;
	return {
		env,
		origin: values.TAPDONE_ORIGIN ?? `http://localhost:${port}`,
		host: values.TAPDONE_HOST ?? (trying ? '127.0.0.1' : '0.0.0.0'),
		port,
		role: values.TAPDONE_ROLE ?? 'all',
		databaseUrl: values.DATABASE_URL ?? null,
		dataDir,
		poolSize: values.TAPDONE_POOL_SIZE ?? 10,
		keys: { master, links, audit, lookup },
		auditDir: values.TAPDONE_AUDIT_DIR ?? (env === 'demo' ? `${dataDir}/audit` : null),
		servingRole: values.TAPDONE_SERVING_ROLE ?? null,
		records: values.TAPDONE_RECORDS ?? {},
		channels: channelSettings(values),
		phone: values.TAPDONE_PHONE ?? trying,
		outreachLimits: values.TAPDONE_OUTREACH_LIMITS ?? env !== 'test',
		trustedHops: values.TAPDONE_TRUSTED_HOPS ?? 0,
		shutdownSeconds,
		drainSeconds: Math.min(values.TAPDONE_DRAIN_SECONDS ?? (trying ? 0 : 5), shutdownSeconds - 1),
		jobPollMs: values.TAPDONE_JOB_POLL_MS ?? 1000,
		metricsToken: values.TAPDONE_METRICS_TOKEN ?? null,
		logLevel: values.TAPDONE_LOG_LEVEL ?? 'info',
		accessLog: values.TAPDONE_ACCESS_LOG ?? true,
		crashAt: values.TAPDONE_CRASH_AT ?? null
	};
}
