import { z } from 'zod';
import { httpConnectionsSchema } from '../records/http-config.ts';
import { CHANNEL_VARIABLES } from './channel-variables.ts';
import {
	flag,
	integer,
	json,
	keyring,
	lookupKey,
	nonEmpty,
	origin,
	postgresUrl
} from './readers.ts';

export type Environment = 'production' | 'demo' | 'test';

export interface Variable {
	/** What it is for: one line of the help and the docs. */
	help: string;
	/** What may stand in it: the cure when it does not. */
	takes: string;
	/** What happens without it, for the help. */
	unset: string;
	/** Never printed. */
	secret?: true;
	schema: z.ZodType<unknown, string>;
}

const KEY =
	"openssl rand -base64 32 | tr '+/' '-_' | tr -d '=' makes a key of 32 random bytes in base64url";

/** Every variable that is read, in the order of the help. */
export const VARIABLES = {
	TAPDONE_ENV: {
		help: 'What this installation is for. Outside production insecure settings are let through.',
		takes: 'production, demo or test',
		unset: 'production',
		schema: z.enum(['production', 'demo', 'test'])
	},
	TAPDONE_ORIGIN: {
		help: 'Where customers reach it: every link in a message begins with it.',
		takes: 'scheme, host and port only, such as https://t.example.org; https outside demo and test',
		unset: 'required; in demo and test http://localhost and the port',
		schema: origin
	},
	TAPDONE_HOST: {
		help: 'Address to listen on.',
		takes: 'an IP address or a host name',
		unset: '0.0.0.0; in demo and test 127.0.0.1',
		schema: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'is no address or host name')
	},
	TAPDONE_PORT: {
		help: 'Port to listen on; 0 takes a free one.',
		takes: 'a whole number from 0 to 65535',
		unset: '3000',
		schema: integer(0, 65_535)
	},
	TAPDONE_ROLE: {
		help: 'Which part this process does: pages and API, jobs, or both.',
		takes: 'all, web or worker; web and worker need DATABASE_URL',
		unset: 'all',
		schema: z.enum(['all', 'web', 'worker'])
	},
	DATABASE_URL: {
		help: 'The PostgreSQL that all processes share.',
		takes: 'postgres://user:password@host:5432/database',
		unset: 'the embedded database in TAPDONE_DATA, for one process',
		secret: true,
		schema: postgresUrl
	},
	TAPDONE_DATA: {
		help: 'Directory for the embedded database and generated files.',
		takes: 'a path',
		unset: './data',
		schema: nonEmpty
	},
	TAPDONE_POOL_SIZE: {
		help: 'Most database connections of this process.',
		takes: 'a whole number from 2 to 200',
		unset: '10',
		schema: integer(2, 200)
	},
	TAPDONE_MASTER_KEYS: {
		help: "Keyring that wraps each case's own key. The first key is current; keep old ones to read.",
		takes: `id:key, separated by commas; an old one may end in :date until which it is accepted. ${KEY}`,
		unset: 'required; in demo made once and kept in TAPDONE_DATA',
		secret: true,
		schema: keyring
	},
	TAPDONE_LINK_KEYS: {
		help: 'Keyring that signs links. Keep an old key until the last link it signed has ended.',
		takes: `id:key, separated by commas; an old one may end in :date until which it is accepted. ${KEY}`,
		unset: 'required; in demo made once and kept in TAPDONE_DATA',
		secret: true,
		schema: keyring
	},
	TAPDONE_LOOKUP_KEY: {
		help: 'Key of the hashes by which customers and contacts are found. It cannot be changed later.',
		takes: `one key. ${KEY}`,
		unset: 'required; in demo made once and kept in TAPDONE_DATA',
		secret: true,
		schema: lookupKey
	},
	TAPDONE_AUDIT_KEYS: {
		help: 'Keyring (Ed25519) that signs checkpoints of the record and receipts of erasures. Old keys still verify.',
		takes: `id:key, separated by commas; the first is current. ${KEY}`,
		unset: 'required; in demo made once and kept in TAPDONE_DATA',
		secret: true,
		schema: keyring
	},
	TAPDONE_AUDIT_DIR: {
		help: 'Directory outside the database where every checkpoint and receipt is appended.',
		takes: 'a path, best on a disk or share that the database’s administrators cannot write to',
		unset: 'in demo audit in TAPDONE_DATA; else only the log tells of checkpoints',
		schema: nonEmpty
	},
	TAPDONE_SERVING_ROLE: {
		help: 'Role that serves: npm run migrate grants it what it needs, and never to change the record.',
		takes:
			'the name of a role that exists, in small letters; then DATABASE_URL of every process but npm run migrate names it',
		unset: 'nothing is granted, and a start warns if it could change the record',
		schema: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'is no name of a role')
	},
	TAPDONE_RECORDS: {
		help: 'Connections to systems of record, by the name that workflows use.',
		takes: 'JSON such as {"core": {"baseUrl": "https://core.example.org/v1", "token": "…"}}',
		unset: 'no connection',
		secret: true,
		schema: json(httpConnectionsSchema)
	},
	...CHANNEL_VARIABLES,
	TAPDONE_PHONE: {
		help: 'The simulated phone at /phone, which shows every message to whoever opens it, and takes those that no provider is set for.',
		takes: 'on or off; on in production only with TAPDONE_ALLOW_PHONE=yes',
		unset: 'on in demo and test, off in production',
		schema: flag('on', 'off')
	},
	TAPDONE_ALLOW_PHONE: {
		help: 'Lets TAPDONE_PHONE=on through in production. Anyone can then read links and codes.',
		takes: 'yes or no',
		unset: 'no',
		schema: flag('yes', 'no')
	},
	TAPDONE_OUTREACH_LIMITS: {
		help: 'Quiet hours and frequency caps of what we begin. Without them a trial need not wait for the morning.',
		takes: 'on or off; off in demo and test only',
		unset: 'on; in test off',
		schema: flag('on', 'off')
	},
	TAPDONE_TRUSTED_HOPS: {
		help: 'Proxies of yours in front: the source address is that many from the right of X-Forwarded-For.',
		takes: 'a whole number from 0 to 10',
		unset: '0: the address of the connection itself',
		schema: integer(0, 10)
	},
	TAPDONE_SHUTDOWN_SECONDS: {
		help: 'How long SIGTERM waits for requests and jobs under way.',
		takes: 'a whole number from 1 to 600',
		unset: '30',
		schema: integer(1, 600)
	},
	TAPDONE_DRAIN_SECONDS: {
		help: 'How long of that /readyz says no while all is still served: a load balancer must see it first.',
		takes: 'a whole number from 0 to 60, below TAPDONE_SHUTDOWN_SECONDS',
		unset: '5; in demo and test 0',
		schema: integer(0, 60)
	},
	TAPDONE_JOB_POLL_MS: {
		help: 'How often a worker looks for jobs, in milliseconds.',
		takes: 'a whole number from 500 to 60000',
		unset: '1000',
		schema: integer(500, 60_000)
	},
	TAPDONE_METRICS_TOKEN: {
		help: 'Bearer token of /metrics.',
		takes: 'at least 16 characters without spaces',
		unset: 'in production /metrics answers 404; in demo and test it is open',
		secret: true,
		schema: z.string().regex(/^[\x21-\x7e]{16,256}$/, 'is not 16 to 256 visible ASCII characters')
	},
	TAPDONE_LOG_LEVEL: {
		help: 'The least severe lines that are logged.',
		takes: 'fatal, error, warn, info, debug, trace or silent',
		unset: 'info',
		schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
	},
	TAPDONE_ACCESS_LOG: {
		help: 'One line for each request, without query, token or address.',
		takes: 'on or off',
		unset: 'on',
		schema: flag('on', 'off')
	},
	TAPDONE_API_KEY: {
		help: 'API key that npm run import sends. The server itself does not use it.',
		takes: 'a key that npm run keys made',
		unset: 'npm run import asks for --key',
		secret: true,
		schema: nonEmpty
	},
	TAPDONE_CRASH_AT: {
		help: 'Ends the process at a named point: for the crash matrix, in test only.',
		takes: 'the name of a point, .2 after it for its second passing, with TAPDONE_ENV=test',
		unset: 'never',
		schema: z.string().regex(/^[a-z0-9:.-]{1,80}$/, 'is no name of a point')
	}
} satisfies Record<string, Variable>;

export type Name = keyof typeof VARIABLES;
export type Values = { [name in Name]?: z.output<(typeof VARIABLES)[name]['schema']> };

export const NAMES = Object.keys(VARIABLES) as Name[];

export const isSecret = (name: Name): boolean => 'secret' in VARIABLES[name];
