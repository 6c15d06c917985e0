import { expect, test } from 'vitest';
import { sources } from '../support/sources.ts';

const written = sources('src/**/*.{ts,js,svelte,css}');
const lines = written.map((source) => source.lines).sort((a, b) => a - b);
const share = (part: number) => lines[Math.floor((lines.length - 1) * part)] ?? 0;
const longer = (files: typeof written, most: number) =>
	files.filter((file) => file.lines > most).map((file) => `${file.path}: ${file.lines}`);

test('half of the source files have at most 60 lines, 95 of 100 at most 180, none above 400', () => {
	expect(written.length).toBeGreaterThan(50);
	expect(share(0.5)).toBeLessThanOrEqual(60);
	expect(share(0.95)).toBeLessThanOrEqual(180);
	expect(longer(written, 400)).toEqual([]);
});

test('the server file of a route has at most 60 lines', () => {
	const routes = written.filter(({ path }) => /\/\+[a-z.]*server\.ts$/.test(path));
	expect(longer(routes, 60)).toEqual([]);
});

test('files and folders are kebab-case', () => {
	const paths = sources(['src/lib/**/*', 'src/cli/*', 'src/demo/**/*', 'tests/**/*', 'workflows/*'])
		.map(({ path }) => path)
		.filter((path) => !/(^|\/)(\.cache|README\.md|__screenshots__)/.test(path));
	const odd = paths.filter((path) =>
		path.split('/').some((segment) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(segment))
	);
	expect(odd).toEqual([]);
});

test('no page puts unescaped text into its markup', () => {
	const pages = written.filter(({ path }) => path.endsWith('.svelte'));
	expect(pages.filter(({ text }) => text.includes('{@html')).map(({ path }) => path)).toEqual([]);
});

test('no source file names a workflow that ships', () => {
	const workflows = sources('workflows/*.{yaml,yml}').map(
		({ path, text }) => /^workflow:\s*['"]?([a-z0-9-]+)/m.exec(text)?.[1] ?? path
	);
	expect(workflows).toContain('failed-payment');
	// The demo plays the starters; the product knows none of them.
	const named = sources('src/**/*.{ts,js,svelte}')
		.filter(({ path }) => !path.startsWith('src/demo/'))
		.flatMap(({ path, text }) =>
			workflows
				.filter((workflow) => text.includes(workflow))
				.map((workflow) => `${path}: ${workflow}`)
		);
	expect(workflows.length).toBeGreaterThanOrEqual(3);
	expect(named).toEqual([]);
});
