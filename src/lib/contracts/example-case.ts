import type { OpenCase } from './cases.ts';
import type { WorkflowView } from './api.ts';

type Fact = WorkflowView['facts'][number];

const valueOf = ({ type, min = 0, max = Infinity, maxLength = 4, options = [] }: Fact) => {
	if (type === 'boolean') return true;
	if (type === 'money') return 3363;
	if (type === 'integer') return Math.min(Math.max(1, min), max);
	if (type === 'date') return '2030-01-31';
	return type === 'choice' ? (options[0] ?? '') : 'Text'.slice(0, maxLength);
};

/** A trigger that this workflow takes as it is, with every fact that it asks for or tells two apart by. */
export const exampleCase = ({ key, languages, facts }: WorkflowView): OpenCase => ({
	workflow: key,
	customer: 'C-1001',
	language: languages[0],
	contacts: { sms: '+4917604069001' },
	facts: Object.fromEntries(
		facts
			.filter(({ required, duplicate }) => required || duplicate)
			.map((fact) => [fact.name, valueOf(fact)])
	)
});
