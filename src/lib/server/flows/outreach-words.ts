import type { HoldReason, Rule, StopReason } from '../../domain/outreach/plan.ts';
import type { Progress } from '../../domain/workflow/document.ts';

/** For staff: what each rule demands. */
export const RULE_LABELS: Record<Rule, string> = {
	'case-open': 'The case is open',
	'facts-complete': 'No fact is missing',
	'nothing-under-way': 'Nothing that the customer confirmed is being booked',
	'nobody-on-it': 'No person has the case',
	'still-needed': 'The customer has not got as far as the step is for',
	due: 'The wait after the step before is over',
	'channel-open': 'A channel leads to the customer, with their agreement where it is needed',
	'switched-on': 'Neither the outreach nor this message is switched off or paused',
	hours: "It is between the hours for messages on the customer's clock",
	'cap-day': 'The cap for a day leaves room, over all cases of the customer',
	'cap-week': 'The cap for a week leaves room, over all cases of the customer'
};

/** Everything that can keep a message back. A case that was handed to somebody else says so, too. */
export type Reason = HoldReason | StopReason | Progress | 'not-me';

/** For staff: why a step waits, stays out, or nothing more is sent. */
export const REASON_WORDS: Record<Reason, string> = {
	'submission-under-way': 'What the customer confirmed is being booked; it is looked at again.',
	'with-person': 'A person has the case; it is looked at again.',
	'not-due': 'Its wait after the step before is not over.',
	hours: 'It is outside the hours for messages on the customer’s clock.',
	'cap-day': 'The customer was written to within a day.',
	'cap-week': 'The customer was written to often enough this week.',
	'switched-off': 'Operations have switched the outreach off; it is looked at again each hour.',
	filtered:
		'Networks hold this message back, so it is paused until somebody resumes it; it is looked at again each hour.',
	visited: 'The customer has opened the case.',
	verified: 'The customer has proved who they are.',
	submitted: 'The customer has confirmed an action.',
	ended: 'The case has ended.',
	'facts-missing': 'Facts are missing; it goes on when they come.',
	'opted-out': 'The customer said stop on every channel.',
	'no-consent': 'The customer has not agreed to be written to.',
	unreachable: 'No channel leads to the customer.',
	'no-common-hour': 'No hour is fit in all time zones that the customer may be in.',
	'not-me': 'Whoever has the phone said that they are somebody else.'
};
