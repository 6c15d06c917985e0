import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { seedCustomers } from '../../src/demo/core/seed.ts';
import type { WorkflowDocument } from '../../src/lib/domain/workflow/document.ts';
import { PEER_TODAY } from './records.ts';

const FILES = ['failed-payment', 'collections-plan', 'address-update'];
const CONTACTS = ['sms', 'whatsapp', 'email'];
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const linesOf = (file: string): Record<string, string>[] =>
	parseCsv(read(`src/demo/${file}.csv`), { columns: true });
const workflowOf = (file: string) => parseYaml(read(`workflows/${file}.yaml`)) as WorkflowDocument;

test('the demo files are 40 lines, none of them twice', () => {
	const lines = FILES.flatMap((file) => linesOf(file).map(({ customer }) => `${file} ${customer}`));
	expect(lines).toHaveLength(40);
	expect(new Set(lines).size).toBe(40);
});

test.each(FILES)('%s: its columns are contact points and facts of its workflow', (file) => {
	const { facts, trigger } = workflowOf(file);
	const columns = Object.keys(linesOf(file)[0] ?? {});
	expect(columns.slice(0, 5)).toEqual(['customer', 'language', ...CONTACTS]);
	for (const fact of columns.slice(5)) expect(facts).toHaveProperty(fact);
	for (const fact of trigger.required) expect(columns).toContain(fact);
});

test('exactly the documented lines lack a required fact, a record or a contact point', () => {
	const known = new Set(seedCustomers(PEER_TODAY).map(({ id }) => id));
	const odd = FILES.flatMap((file) => {
		const { required } = workflowOf(file).trigger;
		return linesOf(file).flatMap((line) => [
			...(required.some((fact) => !line[fact]) ? [`${line.customer} lacks a fact`] : []),
			...(known.has(line.customer ?? '') ? [] : [`${line.customer} unknown`]),
			...(CONTACTS.some((channel) => line[channel]) ? [] : [`${line.customer} unreachable`])
		]);
	});
	expect(odd.toSorted()).toEqual(['C-1023 lacks a fact', 'C-1064 unreachable', 'C-9001 unknown']);
});

test('some people are reached by WhatsApp alone, and one who is invited by e-mail can get a code', () => {
	const records = new Map(seedCustomers(PEER_TODAY).map((one) => [one.id, one]));
	const lines = FILES.flatMap((file) => linesOf(file).map((line) => [file, line] as const));
	const reachedBy = (channel: string) =>
		lines
			.filter(([, line]) => CONTACTS.every((one) => Boolean(line[one]) === (one === channel)))
			.map(([file, line]) => ({ file, record: records.get(line.customer ?? '') }));
	const whatsapp = reachedBy('whatsapp');
	expect(whatsapp.length).toBeGreaterThan(1);
	for (const { record } of whatsapp) {
		expect(record?.whatsapp).toBeTruthy();
		expect(record).toMatchObject({ phone: null, email: null });
	}
	const byMail = reachedBy('email').filter(({ record }) => record?.phone);
	expect(byMail.map(({ file, record }) => [file, record?.id])).toEqual([
		['address-update', 'C-1051']
	]);
});

test('every line says who it is, as the record does', () => {
	const names = new Map(seedCustomers(PEER_TODAY).map(({ id, name }) => [id, name]));
	for (const file of FILES)
		for (const { customer = '', name } of linesOf(file)) {
			expect(name).toBeTruthy();
			if (names.has(customer)) expect(name).toBe(names.get(customer));
		}
});
