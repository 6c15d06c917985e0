import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sources } from '../support/sources.ts';
import { GUARDS, OPEN } from './guards.ts';
import { handlersOf } from './handlers.ts';

const routes = sources('src/routes/**/+*.ts').filter(({ path }) => /server\.ts$/.test(path));

const unguarded = (path: string, text: string) =>
	handlersOf(path, text)
		.filter(({ calls }) => !GUARDS.some((guard) => calls.has(guard)))
		.map(({ name }) => name);

test('there are routes to look at', () => {
	expect(routes.length).toBeGreaterThan(5);
});

test.each(routes.filter(({ path }) => !(path in OPEN)))(
	'$path: every load, action and handler calls a guard of server/web',
	({ path, text }) => {
		expect(handlersOf(path, text)).not.toEqual([]);
		expect(unguarded(path, text)).toEqual([]);
		expect(text).toMatch(/from '\$lib\/server\/web\/guards'/);
	}
);

test('a guard is missed where there is none, and only there', () => {
	const route = `export const load = async (event) => { await requireVisit(event); };
		export const actions = { save: async (event) => { await requireVisit(event); },
			drop: async () => done() } satisfies Actions;
		export async function POST(event) { return later(event); }
		export const GET = async (event) => { const x = await requireApiKey(event, 'read'); };`;
	expect(unguarded('x.ts', route)).toEqual(['actions.drop', 'POST']);
});

test('every route without a guard still exists', () => {
	const gone = Object.keys(OPEN).filter((path) => !existsSync(join(ROOT, path)));
	expect(gone).toEqual([]);
});

test('no address takes a prefix of another word style: URLs are kebab-case', () => {
	const segments = routes.flatMap(({ path }) => path.split('/').slice(2, -1));
	const odd = segments.filter(
		(segment) =>
			!/^(\[{1,2}(\.{3})?[a-z]+\]{1,2}|\([a-z-]+\)|[a-z0-9]+([-.][a-z0-9]+)*)$/.test(segment)
	);
	expect(odd).toEqual([]);
});
