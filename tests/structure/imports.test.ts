import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/sources.ts';

interface Violation {
	from: string;
	to: string;
	rule: { name: string };
}

/** What dependency-cruiser finds in the folders of `directory` under the rules of this checkout. */
function violations(directory: string, folders: string[]): Violation[] {
	const binary = join(ROOT, 'node_modules/.bin/depcruise');
	const rules = join(ROOT, '.dependency-cruiser.cjs');
	const parameters = [...folders, '--config', rules, '--output-type', 'json'];
	const options = { cwd: directory, encoding: 'utf8', maxBuffer: 1e8 } as const;
	let report: string;
	try {
		report = execFileSync(binary, parameters, options);
	} catch (error) {
		const { stdout, stderr } = error as { stdout: string; stderr: string };
		if (!stdout) throw new Error(`dependency-cruiser said: ${stderr}`, { cause: error });
		report = stdout;
	}
	return (JSON.parse(report) as { summary: { violations: Violation[] } }).summary.violations;
}

/** The folders of `npm run lint:imports`, which npm test leaves to this file. */
function folders(): string[] {
	const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
	const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
	return scripts['lint:imports']?.split(' ').slice(1) ?? [];
}

test('every import of the product, the migrations and the tests is in the import table', () => {
	expect(folders()).toEqual(['src', 'migrations', 'tests']);
	const found = violations(ROOT, folders());
	expect(found.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
}, 180_000);

describe('the rules bite', () => {
	const lib = 'src/lib';
	/** Rule, file, what it imports; a path or a package. `type` marks an `import type`. */
	const forbidden: [rule: string, from: string, to: string][] = [
		['domain', `${lib}/domain/case/decide.ts`, `${lib}/server/db/cases.ts`],
		['domain', `${lib}/domain/case/state.ts`, 'node:crypto'],
		['domain', `${lib}/domain/identity/limits.ts`, 'zod'],
		[
			'domain-workflow-looks-left',
			`${lib}/domain/workflow/field.ts`,
			`${lib}/domain/case/state.ts`
		],
		['domain-outreach-looks-left', `${lib}/domain/outreach/a.ts`, `${lib}/domain/telemetry/b.ts`],
		['contracts', `${lib}/contracts/a.ts`, `${lib}/server/db/cases.ts`],
		['contracts-take-domain-types', `${lib}/contracts/b.ts`, `${lib}/domain/case/state.ts`],
		['ui', `${lib}/ui/a.ts`, 'kysely'],
		['server-stays-on-the-server', `${lib}/ui/b.ts`, `${lib}/server/db/cases.ts`],
		['ui-takes-domain-types', `${lib}/ui/c.ts`, `${lib}/domain/case/state.ts`],
		['flows', `${lib}/server/flows/a.ts`, `${lib}/server/web/guards.ts`],
		['flows', `${lib}/server/flows/b.ts`, 'jose'],
		['flows-take-port-types', `${lib}/server/flows/c.ts`, `${lib}/server/channels/port.ts`],
		['adapters-never-store', `${lib}/server/channels/a.ts`, `${lib}/server/db/cases.ts`],
		['adapters-never-store', `${lib}/server/records/a.ts`, 'pg'],
		['adapters', `${lib}/server/records/b.ts`, `${lib}/server/flows/d.ts`],
		['web-types', `${lib}/server/web/a.ts`, `${lib}/server/db/cases.ts`],
		['only-web-knows-sveltekit', `${lib}/server/flows/e.ts`, '@sveltejs/kit'],
		['routes', 'src/routes/a/+server.ts', `${lib}/server/db/cases.ts`],
		['routes', 'src/routes/b/+server.ts', `${lib}/server/channels/port.ts`],
		['routes', 'src/routes/c/+server.ts', `${lib}/server/records/port.ts`],
		['workflows', `${lib}/server/workflows/a.ts`, `${lib}/server/db/cases.ts`],
		['db-knows-no-flow', `${lib}/server/db/a.ts`, `${lib}/server/flows/d.ts`],
		['crypto-knows-nobody', `${lib}/server/crypto/a.ts`, `${lib}/server/db/cases.ts`],
		['app-is-the-root', `${lib}/server/flows/f.ts`, `${lib}/server/app.ts`],
		['demo', 'src/demo/a.ts', `${lib}/server/db/cases.ts`],
		['demo', 'src/demo/b.ts', `${lib}/domain/case/state.ts`],
		['demo', 'src/demo/c.ts', 'src/cli/keys.ts'],
		['migrations', 'migrations/0001_a.ts', `${lib}/server/db/cases.ts`],
		['tests-stay-tests', `${lib}/server/db/b.ts`, 'tests/support/c.ts'],
		['no-cycles', `${lib}/domain/policy/a.ts`, `${lib}/domain/policy/c.ts`],
		['resolvable', `${lib}/domain/policy/b.ts`, `${lib}/domain/policy/none.ts`]
	];
	const allowed: [from: string, to: string, type?: 'type'][] = [
		[`${lib}/domain/telemetry/ok.ts`, `${lib}/domain/workflow/ok.ts`],
		[`${lib}/domain/policy/ok.ts`, '@marcbachmann/cel-js'],
		[`${lib}/contracts/ok.ts`, `${lib}/domain/workflow/ok.ts`, 'type'],
		[`${lib}/server/flows/ok.ts`, `${lib}/server/records/ok.ts`, 'type'],
		[`${lib}/server/flows/ok-too.ts`, `${lib}/server/parts.ts`, 'type'],
		[`${lib}/server/records/ok-too.ts`, 'node:https'],
		['src/routes/ok/+server.ts', `${lib}/server/flows/ok.ts`],
		['src/demo/ok.ts', `${lib}/contracts/ok.ts`],
		['src/demo/ok-too.ts', 'src/cli/support/ok.ts']
	];
	let directory: string;
	let found: Violation[];

	beforeAll(() => {
		directory = mkdtempSync(join(tmpdir(), 'tapdone-imports-'));
		const packages = ['zod', 'kysely', 'pg', 'jose', '@sveltejs/kit', '@marcbachmann/cel-js'];
		for (const name of packages) {
			write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
			write(`node_modules/${name}/index.js`, 'module.exports = {};');
		}
		const dependencies = Object.fromEntries(packages.map((name) => [name, '1.0.0']));
		write('package.json', JSON.stringify({ name: 'fixture', type: 'module', dependencies }));
		write('tsconfig.json', '{ "compilerOptions": { "allowImportingTsExtensions": true } }');
		for (const [, to] of allowed) if (isFile(to)) write(to, 'export const value = 1;');
		for (const [rule, , to] of forbidden)
			if (isFile(to) && rule !== 'resolvable') write(to, 'export const value = 1;');
		for (const [from, to, type] of allowed) importing(from, to, type);
		for (const [, from, to] of forbidden) importing(from, to);
		importing(`${lib}/domain/policy/c.ts`, `${lib}/domain/policy/a.ts`);
		found = violations(directory, ['src', 'migrations']);
	});
	afterAll(() => rmSync(directory, { recursive: true, force: true }));

	test.each(forbidden)('%s: %s must not import %s', (rule, from) => {
		expect(found.filter((one) => one.from === from).map((one) => one.rule.name)).toContain(rule);
	});
	test.each(allowed)('%s may import %s', (from) => {
		expect(found.filter((one) => one.from === from)).toEqual([]);
	});

	function write(path: string, text: string): void {
		mkdirSync(dirname(join(directory, path)), { recursive: true });
		writeFileSync(join(directory, path), text);
	}

	function importing(from: string, to: string, type?: 'type'): void {
		const up = '../'.repeat(from.split('/').length - 1);
		const source = isFile(to) ? `${up}${to}` : to;
		const name = isFile(to) ? '{ value }' : 'value';
		write(
			from,
			`import ${type ?? ''} ${name} from '${source}';\nexport const other = ${type ? '1' : 'value'};`
		);
	}
});

function isFile(to: string): boolean {
	return /^(src|tests)\//.test(to);
}
