import type { OpenCase } from '../../src/lib/contracts/cases.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import type { Parts } from '../../src/lib/server/parts.ts';

/** Facts that each starter's trigger demands; the demo core's record overlays them. */
export const FACTS: Record<string, OpenCase['facts']> = {
	'failed-payment': { balance: 3363, due_date: '2026-11-16' },
	'collections-plan': { balance: 140175 },
	'address-update': {}
};

/** Opens one case as an integrator would; gives its id. */
export async function openCase(
	{ parts }: { parts: Parts },
	line: Partial<OpenCase> & Pick<OpenCase, 'workflow' | 'customer'>
): Promise<string> {
	const contacts = { sms: '+4917604069001' };
	const facts = FACTS[line.workflow] ?? {};
	const [opened] = await openCases(parts, 'key:test', [{ contacts, facts, ...line }]);
	if (opened?.status !== 'opened') throw new Error(JSON.stringify(opened));
	return opened.id;
}
