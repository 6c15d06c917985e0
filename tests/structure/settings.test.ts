import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { configTable } from '../../src/lib/server/config.ts';
import { sources } from '../support/sources.ts';

/** Set by the runner or the system, not by who runs the product. */
const NOT_OURS = new Set(['NODE_ENV', 'PATH', 'CI']);

const read = /process\.env\.([A-Z][A-Z0-9_]*)|\b(TAPDONE_[A-Z0-9_]*[A-Z0-9])\b/g;
const declared = /^\s*([A-Z][A-Z0-9_]{2,}):/gm;

test('every environment variable has a line in the documents', () => {
	const names = new Set<string>();
	for (const { path, text } of sources('src/**/*.{ts,js}')) {
		for (const [, direct, ours] of text.matchAll(read)) names.add(direct ?? ours ?? '');
		if (!/\/server\/config(\/|\.ts)/.test(path)) continue;
		for (const [, name] of text.matchAll(declared)) names.add(name ?? '');
	}
	const documents = sources(['README.md', 'docs/**/*.md']).flatMap(({ text }) => text.split('\n'));
	const undocumented = [...names]
		.filter((name) => !NOT_OURS.has(name))
		.filter((name) => !documents.some((line) => new RegExp(`\\b${name}\\b`).test(line)));
	expect(names.size).toBeGreaterThan(3);
	expect(undocumented.sort()).toEqual([]);
});

test('the configuration page is what the program says of itself', () => {
	expect(readFileSync('docs/configuration.md', 'utf8')).toBe(`${configTable()}\n`);
});
