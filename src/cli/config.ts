import { randomBytes } from 'node:crypto';
import { configHelp, configTable, loadConfig, printProblems } from '../lib/server/config.ts';
import { publicJwks } from '../lib/server/crypto/signer.ts';
import { readArguments } from './support/arguments.ts';
import { stopWith } from './support/stop.ts';

const USAGE = `Usage: npm run --silent config -- [--secrets | --markdown | --public-key]
Without either: every environment variable, what it takes, and what holds without it.
  --secrets     fresh keys, ready for an environment file: keep them apart from the backups
  --markdown    the same as the page docs/configuration.md
  --public-key  the public keys of TAPDONE_AUDIT_KEYS, for whoever verifies the record`;

const key = () => randomBytes(32).toString('base64url');

const secrets = () =>
	[
		`TAPDONE_MASTER_KEYS=a:${key()}`,
		`TAPDONE_LINK_KEYS=a:${key()}`,
		`TAPDONE_LOOKUP_KEY=${key()}`,
		`TAPDONE_AUDIT_KEYS=a:${key()}`
	].join('\n');

const flag = { type: 'boolean' } as const;
const flags = { secrets: flag, markdown: flag, 'public-key': flag };
const { values } = readArguments(USAGE, flags, false);

function publicKey(): string {
	const loaded = loadConfig(process.env);
	if (!loaded.ok) return stopWith(printProblems(loaded.detail ?? []));
	return JSON.stringify(publicJwks(loaded.value.keys.audit), null, '\t');
}

function wanted(): string {
	if (values['public-key']) return publicKey();
	if (values.secrets) return secrets();
	return values.markdown ? configTable() : configHelp();
}
const text = wanted();
process.stdout.write(`${text}\n`);
