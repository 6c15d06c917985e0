import { exceptionName, factLabel, actionLabel } from '../workflow/names.ts';
import type { WorkflowDocument } from '../workflow/document.ts';
import type { CaseEvent } from './events.ts';

type Words = {
	[Type in CaseEvent['type']]?: (
		event: Extract<CaseEvent, { type: Type }>,
		document: WorkflowDocument
	) => string;
};

const FACTOR = { code: 'the code', 'known-facts': 'known facts' };
const RUNG = {
	'fresh-context': 'read the facts again',
	'fewer-actions': 'offer fewer actions',
	'other-channel': 'try another channel',
	'one-missing-input': 'ask for one missing input'
};
const SETTLES = {
	applied: 'it was applied',
	rejected: 'it was not applied',
	'send-again': 'it is to be sent again'
};
const plain = (literal: string): string => literal.replaceAll('-', ' ').replaceAll(':', ': ');

/** An event of the timeline in words for staff; the actor stands beside it. */
const WORDS: Words = {
	'case-opened': ({ missing }) =>
		missing.length > 0 ? `Case opened; owed: ${missing.join(', ')}` : 'Case opened',
	'trigger-joined': ({ supplied }) => `A repeated trigger brought ${supplied.join(', ')}`,
	'facts-refreshed': ({ changed }) => `Facts read anew; changed: ${changed.join(', ')}`,
	'link-issued': ({ superseded }) =>
		superseded ? 'New link issued; the old one ended' : 'Link issued',
	'message-queued': ({ channel, mask, template }) =>
		`Message "${template}" by ${channel} to ${mask}`,
	'message-accepted': ({ provider }) => `Message taken by ${provider}`,
	'message-failed': ({ reason }) => `Message not sent: ${plain(reason)}`,
	'visit-started': () => 'Visit begun on the link',
	'visit-ended': ({ why }) => (why === 'not-me' ? 'Said "this is not me"' : 'Visit ended'),
	'challenge-passed': ({ factor }) => `Passed ${FACTOR[factor]}`,
	'challenge-failed': ({ factor, reason }) => `Failed ${FACTOR[factor]}: ${plain(reason)}`,
	'factor-rebound': ({ factor, why }) => `Opened ${FACTOR[factor]} again: ${why}`,
	'path-left': ({ breakpoint, reason, action }, document) =>
		`Left the path at ${breakpoint}: ${plain(reason)}${action ? ` (${actionLabel(document, action)})` : ''}`,
	'rung-taken': ({ rung, worked }) => `Tried to ${RUNG[rung]}: ${worked ? 'done' : 'no help'}`,
	'exception-raised': ({ exceptionType, owner }, document) =>
		`Exception "${exceptionName(document, exceptionType)}" for ${owner}`,
	'exception-closed': ({ outcome }) => `Exception closed: ${plain(outcome)}`,
	'exception-claimed': () => 'Took the exception',
	'exception-handed-back': () => 'Handed the exception back',
	'exception-assigned': () => 'Assigned the exception',
	'exception-escalated': ({ backup }) => `Time was over: ${backup} joined`,
	'input-asked': ({ fact }, document) => `Asked the customer for "${factLabel(document, fact)}"`,
	'input-answered': ({ fact }, document) =>
		`Answered the question for "${factLabel(document, fact)}"`,
	'fact-corrected': ({ fact, question }, document) =>
		`Corrected "${factLabel(document, fact)}"${question ? ' as the customer told' : ''}`,
	'correction-sent': ({ attempt }) => `Correction sent to the system of record, attempt ${attempt}`,
	'correction-unknown': ({ reason }) =>
		`Whether the correction was written is not known: ${plain(reason)}`,
	'correction-applied': ({ recordReference }) => `Correction written under ${recordReference}`,
	'correction-rejected': ({ reason }) => `Correction not written: ${plain(reason)}`,
	'note-written': () => 'Wrote a note',
	'grant-given': ({ action, clauses }, document) =>
		`Granted "${actionLabel(document, action)}", lifting ${clauses.join(', ') || 'nothing but the ladder'}`,
	'grant-used': () => 'The grant was used',
	'settlement-proposed': ({ settles }) => `Proposed: ${SETTLES[settles]}`,
	'settlement-refused': () => 'Refused the proposal',
	'settlement-approved': () => 'Approved the proposal',
	'action-chosen': ({ action }, document) => `Chose "${actionLabel(document, action)}"`,
	'submission-received': ({ action, reference }, document) =>
		`Confirmed "${actionLabel(document, action)}", request ${reference}`,
	'writeback-sent': ({ attempt }) => `Sent to the system of record, attempt ${attempt}`,
	'writeback-unknown': ({ reason }) => `Outcome not known: ${plain(reason)}`,
	'submission-booked': ({ recordReference }) => `Booked under ${recordReference}`,
	'submission-rejected': ({ reason }) => `Rejected: ${plain(reason)}`,
	postponed: ({ days }) => `Put off by ${days} days`,
	'messages-stopped': ({ channels }) => `Stopped messages by ${channels.join(', ')}`,
	'language-chosen': ({ language }) => `Chose the language "${language}"`,
	'case-resolved': () => 'Case resolved',
	'case-deferred': () => 'Case done, finished by hand',
	'case-cancelled': ({ reason }) => `Case ended: ${plain(reason)}`,
	'case-expired': () => 'Case expired'
};

export function eventWords(event: CaseEvent, document: WorkflowDocument): string {
	const words = WORDS[event.type] as
		((event: CaseEvent, document: WorkflowDocument) => string) | undefined;
	return words ? words(event, document) : plain(event.type);
}
