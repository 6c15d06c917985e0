import type { Channel, WorkflowDocument } from './document.ts';

/** What stood under `outreach` before it was a sequence: one message, and nothing about consent. */
interface EarlierOutreach {
	channels: Channel[];
	template: string;
}

const isEarlier = (outreach: object): outreach is EarlierOutreach => 'template' in outreach;

/** A published version never changes, so what was published in an earlier shape is read in today's. */
export function inTodaysShape(document: WorkflowDocument): WorkflowDocument {
	const outreach: object = document.outreach;
	if (!isEarlier(outreach)) return document;
	const step = { id: 'invitation', ...outreach };
	return { ...document, outreach: { consent: { basis: 'contract' }, steps: [step] } };
}
