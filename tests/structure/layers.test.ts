import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../../vitest.config.ts';
import { type Layer, LAYERS } from '../support/layers.ts';
import { sources } from '../support/sources.ts';

/** How a test shows that it needs something: by what it calls. */
const SIGNS: [NonNullable<Layer['needs']>[number], RegExp][] = [
	['browser', /\blaunchBrowser\(/],
	['build', /\bstart(?:Fleet|Server)\(|'src\/main\.ts'/]
];

test.each(LAYERS)('$project alone gets what its tests need, and nothing else', (layer) => {
	const text = sources(`tests/${layer.folder}/**/*.ts`)
		.filter(({ path }) => !path.startsWith('tests/structure/'))
		.map((source) => source.text)
		.join('\n');
	const needed = SIGNS.filter(([, sign]) => sign.test(text)).map(([name]) => name);
	expect((layer.needs ?? []).toSorted()).toEqual(needed.toSorted());
});

test('every project of vitest is a layer that npm test runs', () => {
	const projects = config.test?.projects ?? [];
	const names = projects.map((project) =>
		typeof project === 'object' && 'test' in project ? project.test?.name : project
	);
	expect(names).toEqual(LAYERS.map(({ project }) => project));
});

test('npm test runs every check of npm run lint, as a step or here', () => {
	const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
		scripts: Record<string, string>;
	};
	const [runner] = sources('tests/run.ts');
	const checks = [...(scripts['lint'] ?? '').matchAll(/lint:\w+/g)].map(([name]) => name);
	expect(checks).toContain('lint:imports');
	// imports.test.ts reads its folders from that script.
	const elsewhere = checks.filter((name) => !runner?.text.includes(`'${name}'`));
	expect(elsewhere).toEqual(['lint:imports']);
});
