import { toBase64url } from '../crypto/base64url.ts';
import { channelProblems, plainProviders } from './channel-checks.ts';
import { isKnownSecret, keyProblem, keyringProblem } from './secure.ts';
import type { Environment, Name, Values } from './variables.ts';

type Check = (values: Values) => Iterable<[Name, string]>;

/** What cannot be seen in one variable alone. */
const ALWAYS: Check[] = [
	function* roles({ TAPDONE_ROLE, DATABASE_URL }) {
		if (TAPDONE_ROLE && TAPDONE_ROLE !== 'all' && !DATABASE_URL)
			yield ['DATABASE_URL', `is missing: the role ${TAPDONE_ROLE} shares a database with others`];
	},
	function* distinctKeys({
		TAPDONE_MASTER_KEYS,
		TAPDONE_LINK_KEYS,
		TAPDONE_AUDIT_KEYS,
		TAPDONE_LOOKUP_KEY
	}) {
		const seen = new Set<string>();
		const of = (name: Name, keys: Uint8Array[] = []) => keys.map((key) => ({ name, key }));
		const keys = [
			...of(
				'TAPDONE_MASTER_KEYS',
				TAPDONE_MASTER_KEYS?.all.map(({ key }) => key)
			),
			...of(
				'TAPDONE_LINK_KEYS',
				TAPDONE_LINK_KEYS?.all.map(({ key }) => key)
			),
			...of(
				'TAPDONE_AUDIT_KEYS',
				TAPDONE_AUDIT_KEYS?.all.map(({ key }) => key)
			),
			...of('TAPDONE_LOOKUP_KEY', TAPDONE_LOOKUP_KEY && [TAPDONE_LOOKUP_KEY])
		];
		for (const { name, key } of keys) {
			const text = toBase64url(key);
			if (seen.has(text)) yield [name, 'has a key that stands in the keys twice'];
			seen.add(text);
		}
	},
	channelProblems
];

const NOT_IN_TEST: Check[] = [
	function* crash({ TAPDONE_CRASH_AT }) {
		if (TAPDONE_CRASH_AT) yield ['TAPDONE_CRASH_AT', 'is for TAPDONE_ENV=test only'];
	}
];

/** What may be let through while trying, and must not where customers are (case T2). */
const IN_PRODUCTION: Check[] = [
	plainProviders,
	function* https({ TAPDONE_ORIGIN }) {
		if (TAPDONE_ORIGIN?.startsWith('http:'))
			yield ['TAPDONE_ORIGIN', 'is http: links and cookies would travel in the clear'];
	},
	function* phone({ TAPDONE_PHONE, TAPDONE_ALLOW_PHONE }) {
		if (TAPDONE_PHONE && !TAPDONE_ALLOW_PHONE)
			yield ['TAPDONE_PHONE', 'is on: anyone could read links and codes'];
	},
	function* limits({ TAPDONE_OUTREACH_LIMITS }) {
		if (TAPDONE_OUTREACH_LIMITS === false)
			yield ['TAPDONE_OUTREACH_LIMITS', 'is off: people would be written to at night'];
	},
	function* keys({
		TAPDONE_MASTER_KEYS,
		TAPDONE_LINK_KEYS,
		TAPDONE_AUDIT_KEYS,
		TAPDONE_LOOKUP_KEY
	}) {
		const master = TAPDONE_MASTER_KEYS && keyringProblem(TAPDONE_MASTER_KEYS);
		const link = TAPDONE_LINK_KEYS && keyringProblem(TAPDONE_LINK_KEYS);
		const audit = TAPDONE_AUDIT_KEYS && keyringProblem(TAPDONE_AUDIT_KEYS);
		const lookup = TAPDONE_LOOKUP_KEY && keyProblem(TAPDONE_LOOKUP_KEY);
		if (master) yield ['TAPDONE_MASTER_KEYS', master];
		if (link) yield ['TAPDONE_LINK_KEYS', link];
		if (audit) yield ['TAPDONE_AUDIT_KEYS', audit];
		if (lookup) yield ['TAPDONE_LOOKUP_KEY', lookup];
	},
	function* secrets({ DATABASE_URL, TAPDONE_METRICS_TOKEN, TAPDONE_RECORDS }) {
		if (DATABASE_URL && isKnownSecret(new URL(DATABASE_URL).password))
			yield ['DATABASE_URL', 'has a password that everybody tries first'];
		if (TAPDONE_METRICS_TOKEN && isKnownSecret(TAPDONE_METRICS_TOKEN))
			yield ['TAPDONE_METRICS_TOKEN', 'is a token that everybody tries first'];
		for (const [name, { token }] of Object.entries(TAPDONE_RECORDS ?? {}))
			if (token && isKnownSecret(token))
				yield ['TAPDONE_RECORDS', `at ${name}.token: is a token that everybody tries first`];
	}
];

/** The problems between variables that were each read without one. */
export function crossProblems(environment: Environment, values: Values): [Name, string][] {
	const checks = [
		...ALWAYS,
		...(environment === 'test' ? [] : NOT_IN_TEST),
		...(environment === 'production' ? IN_PRODUCTION : [])
	];
	return checks.flatMap((check) => [...check(values)]);
}
