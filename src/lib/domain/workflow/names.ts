import type { WorkflowDocument } from './document.ts';
import { textIn } from './format.ts';

// What staff read in place of the keys of a document: English where the document speaks it.

const STAFF_LANGUAGE = 'en';

export const factLabel = ({ facts }: WorkflowDocument, name: string): string =>
	textIn(facts[name]?.label ?? {}, STAFF_LANGUAGE) || name;

export const actionLabel = ({ actions }: WorkflowDocument, key: string): string =>
	textIn(actions[key]?.label ?? {}, STAFF_LANGUAGE) || key;

export const exceptionName = ({ exceptions }: WorkflowDocument, type: string): string =>
	exceptions[type]?.name ?? type;
