import type { ConsoleRefusal } from '../../contracts/console.ts';

/** What happened, and what to do. */
export const REFUSALS: Record<ConsoleRefusal, string> = {
	forbidden: 'Your account may not do this any more.',
	'not-found': 'This is not there, or not there any more.',
	'bad-input': 'Something in the form is missing or wrong.',
	'no-draft': 'There is no draft yet. Change something and save it first.',
	'changed-meanwhile':
		'Somebody saved this meanwhile. Nothing of yours was stored, and nothing is lost: see both below.',
	'bad-workflow': 'The document has mistakes. It can be kept as a draft, but not proposed.',
	'other-workflow': 'The document names another workflow than this draft is for.',
	overtaken:
		'Another version was published since. Look at the difference to it, then propose again.',
	'nothing-changed': 'This is what is published already.',
	'already-proposed': 'A proposal for this workflow waits already. It must be decided first.',
	decided: 'This has been decided already, or was changed since.',
	'own-change': 'You wrote or proposed a part of this: another person must approve it.',
	'switched-off': 'This is off already.',
	unreadable: 'The text has mistakes that keep it from being shown as a table. Correct it as text.',
	'bad-comparison': 'A value does not fit its fact.',
	'not-published': 'Nothing is published of this workflow yet.',
	'unknown-customer': 'There is no open case of this customer, and no record under this reference.',
	unavailable: 'The system of record does not answer now. Try again in a minute.',
	'not-eligible': 'This customer would not get this page.',
	'rule-error': 'A limit or a computed value cannot be evaluated on what may be shown.',
	'unknown-workflow': 'There is no such workflow.',
	'bad-period': 'A period ends after it begins, and has at most 400 days.'
};
