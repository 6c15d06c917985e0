import type { OutreachStep, WorkflowDocument } from '../../workflow/document.ts';
import { CAPS, LEAST_WRITING_HOURS, OUTREACH, WRITING_HOURS } from '../../workflow/limits.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';

/** The sequence can be walked to its end, to people who may be written to, at hours that are fit. */
export function checkOutreach(document: WorkflowDocument, report: Report): void {
	const { steps } = document.outreach;
	for (const [index, step] of steps.entries()) checkStep(document, step, index, report);
	const hours = steps.reduce((sum, { afterHours = 0 }) => sum + afterHours, 0);
	if (hours > OUTREACH.hours)
		report(
			['outreach', 'steps'],
			`The steps take ${hours} hours together`,
			`Shorten afterHours: at most ${OUTREACH.hours} (30 days), as long as a link can live.`
		);
	checkConsent(document, report);
	checkHours(document, report);
	const { caps } = document.outreach;
	if (caps && (caps.perWeek < 1 || caps.perWeek > CAPS.perWeek))
		report(
			['outreach', 'caps', 'perWeek'],
			`${caps.perWeek} messages a week are outside the bounds`,
			`Use 1 to ${CAPS.perWeek}, or remove it for ${CAPS.perWeek}: a workflow may only write less.`
		);
}

function checkStep(
	{ outreach: { steps }, records }: WorkflowDocument,
	{ id, channels, afterHours }: OutreachStep,
	index: number,
	report: Report
): void {
	const path: Path = ['outreach', 'steps', index];
	if (steps.findIndex((step) => step.id === id) !== index)
		report([...path, 'id'], `There is another step "${id}"`, 'Give each step its own id.');
	if (index === 0 && afterHours !== undefined)
		report(
			[...path, 'afterHours'],
			'The first step goes when the case begins',
			'Remove afterHours here; the steps after it have one.'
		);
	if (index > 0 && afterHours === undefined)
		report(
			path,
			`Nobody knows when the step "${id}" goes`,
			'Give it afterHours: how many hours after the step before.'
		);
	const contacts = Object.keys(records.contacts);
	for (const [place, channel] of channels.entries())
		if (!contacts.includes(channel))
			report(
				[...path, 'channels', place],
				`The record has no contact for "${channel}"`,
				`Name where it stands under records.contacts, or use ${oneOf(contacts)}.`
			);
}

function checkConsent({ outreach, facts }: WorkflowDocument, report: Report): void {
	const { consent } = outreach;
	if (consent.basis === 'contract' || consent.fact === undefined) return;
	const fact = Object.hasOwn(facts, consent.fact) ? facts[consent.fact] : undefined;
	if (fact?.type === 'boolean') return;
	const answers = Object.keys(facts).filter((name) => facts[name]?.type === 'boolean');
	report(
		['outreach', 'consent', 'fact'],
		fact ? `"${consent.fact}" is not a yes or no` : `There is no fact "${consent.fact}"`,
		`Use a fact of type boolean, ${oneOf(answers)}, or leave it to the trigger and remove this.`
	);
}

function checkHours({ outreach: { hours } }: WorkflowDocument, report: Report): void {
	if (!hours) return;
	const { from, to } = hours;
	const { earliest, latest } = WRITING_HOURS;
	// `HH:MM` sorts as it reads.
	for (const [name, time] of [
		['from', from],
		['to', to]
	] as const)
		if (time < earliest || time > latest)
			report(
				['outreach', 'hours', name],
				`${time} is a time at which nobody is written to`,
				`Use ${earliest} to ${latest}: a workflow may only be stricter.`
			);
	if (minutesOf(to) - minutesOf(from) < LEAST_WRITING_HOURS * 60)
		report(
			['outreach', 'hours', 'to'],
			`${from} to ${to} leaves less than ${LEAST_WRITING_HOURS} hours`,
			'Leave more: a country of many time zones must have an hour that is fit for all of them.'
		);
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
