import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable, rounded } from './table.ts';

interface Node {
	id: number;
	callFrame: { functionName: string; url: string; lineNumber: number };
}

interface Profile {
	nodes: Node[];
	samples: number[];
	timeDeltas: number[];
}

/** Where a process spent its time: milliseconds by function and by the package it belongs to. */
export interface Spent {
	busyMs: number;
	byOwner: Map<string, number>;
	byFunction: Map<string, number>;
}

export const flagsFor = (folder: string): string => `--cpu-prof --cpu-prof-dir=${folder}`;

/** Adds the profile that a process left in a folder up, self time only. */
export function readProfile(folder: string): Spent {
	const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
	const { nodes, samples, timeDeltas } = JSON.parse(
		readFileSync(join(folder, file), 'utf8')
	) as Profile;
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const spent: Spent = { busyMs: 0, byOwner: new Map(), byFunction: new Map() };
	for (const [index, id] of samples.entries()) {
		const node = byId.get(id);
		const ms = (timeDeltas[index] ?? 0) / 1000;
		const name = node?.callFrame.functionName ?? '';
		if (!node || name === '(idle)' || name === '(root)') continue;
		const owner = ownerOf(node);
		spent.busyMs += ms;
		add(spent.byOwner, owner, ms);
		add(spent.byFunction, `${owner}: ${name || '(anonymous)'}`, ms);
	}
	return spent;
}

const add = (to: Map<string, number>, name: string, ms: number) =>
	to.set(name, (to.get(name) ?? 0) + ms);

function ownerOf({ callFrame }: Node): string {
	const { functionName, url, lineNumber } = callFrame;
	if (functionName.startsWith('(')) return functionName;
	if (!url) return 'V8';
	if (url.startsWith('node:')) return 'Node';
	return ownerOfPath(originalOf(url, lineNumber));
}

/** The lines of a bundled file at which another source file begins, as the bundler notes them. */
const bundles = new Map<string, { line: number; path: string }[]>();

function originalOf(url: string, line: number): string {
	if (!url.includes('/build/')) return url;
	const known = bundles.get(url) ?? sourcesOf(fileURLToPath(url));
	bundles.set(url, known);
	return known.findLast((source) => source.line <= line)?.path ?? url;
}

const sourcesOf = (file: string) =>
	readFileSync(file, 'utf8')
		.split('\n')
		.flatMap((text, line) => {
			const path = /^\/\/ (\S+\.(?:m?[jt]s|svelte))$/.exec(text)?.[1];
			return path ? [{ line, path }] : [];
		});

function ownerOfPath(path: string): string {
	const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
	if (name) return name;
	const ours = /src\/(?:lib\/)?(domain|contracts|ui|server\/[a-z]+|routes|hooks)/.exec(path)?.[1];
	return ours ?? (/svelte-kit|\/build\//.test(path) ? '@sveltejs/kit' : 'src');
}

/** The owners and functions that took most, as shares of the time in which it was not idle. */
export function printProfile(
	{ busyMs, byOwner, byFunction }: Spent,
	count: number,
	unit = 'journey'
): void {
	const rows = (from: Map<string, number>, most: number) =>
		[...from]
			.sort(([, a], [, b]) => b - a)
			.slice(0, most)
			.map(([name, ms]) => [name, rounded(ms / count), `${((ms / busyMs) * 100).toFixed(1)} %`]);
	const head = ['own time of', `ms a ${unit}`, 'share'];
	printTable('Where the time of the server goes, by owner', head, rows(byOwner, 20));
	printTable('Where the time of the server goes, by function', head, rows(byFunction, 25));
}
