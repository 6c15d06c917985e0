import { randomBytes } from 'node:crypto';
import { configHelp, configTable } from '../lib/server/config.ts';
import { readArguments } from './support/arguments.ts';

const USAGE = `Usage: npm run --silent config -- [--secrets | --markdown]
Without either: every environment variable, what it takes, and what holds without it.
  --secrets   fresh keys, ready for an environment file: keep them apart from the backups
  --markdown  the same as the page docs/configuration.md`;

const key = () => randomBytes(32).toString('base64url');

const secrets = () =>
	[
		`TAPDONE_MASTER_KEYS=a:${key()}`,
		`TAPDONE_LINK_KEYS=a:${key()}`,
		`TAPDONE_LOOKUP_KEY=${key()}`
	].join('\n');

const flag = { type: 'boolean' } as const;
const { values } = readArguments(USAGE, { secrets: flag, markdown: flag }, false);
const text = values.secrets ? secrets() : values.markdown ? configTable() : configHelp();
process.stdout.write(`${text}\n`);
