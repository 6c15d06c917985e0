import { readFileSync } from 'node:fs';
import type { CompiledWorkflow } from '../../src/lib/domain/policy/compiled.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';

export const STARTERS = ['failed-payment', 'collections-plan', 'address-update'] as const;
export type Starter = (typeof STARTERS)[number];

export const starterSource = (name: Starter): string =>
	readFileSync(new URL(`../../workflows/${name}.yaml`, import.meta.url), 'utf8');

export function starter(name: Starter): CompiledWorkflow {
	const read = readWorkflow(starterSource(name));
	if (!read.ok) throw new Error(JSON.stringify(read.detail));
	return read.value.compiled;
}

/** A customer to whom every action of the starter is open. */
export const FACTS: Record<Starter, FieldValues> = {
	'failed-payment': {
		name: 'Ida Weber',
		balance: 12_345,
		due_date: '2026-10-01',
		failed_payment: true,
		part_allowed: true,
		broken_promises: 0,
		vulnerable: false,
		birth_date: '1980-02-29',
		postcode: '20095'
	},
	'collections-plan': {
		name: 'Ida Weber',
		balance: 100_000,
		overdue_days: 40,
		plan_allowed: true,
		broken_promises: 0,
		vulnerable: false,
		birth_date: '1980-02-29',
		postcode: '20095'
	},
	'address-update': {
		name: 'Ida Weber',
		street: 'Hafenstraße 1',
		postcode: '20095',
		city: 'Hamburg',
		overdue_days: 0,
		birth_date: '1980-02-29'
	}
};

export const MOMENT = { today: '2026-11-20', now: Date.parse('2026-11-20T10:00:00Z') };
