import { BREAKPOINTS, type ExceptionType, type WorkflowDocument } from '../../workflow/document.ts';
import { oneOf, type Report } from '../../workflow/problem.ts';
import { checkUnique } from './actions.ts';

/** Every breakpoint has a response that exists; every exception has owner, backup, timer, outcomes. */
export function checkExceptions(document: WorkflowDocument, report: Report): void {
	const { exceptions, breakpoints } = document;
	for (const breakpoint of BREAKPOINTS) {
		const response = breakpoints[breakpoint];
		if (response === undefined) continue;
		if (!Object.hasOwn(exceptions, response.exception))
			report(
				['breakpoints', breakpoint, 'exception'],
				`There is no exception type "${response.exception}"`,
				`Describe it under exceptions, or use ${oneOf(Object.keys(exceptions))}.`
			);
		checkUnique(response.rungs, (index) => ['breakpoints', breakpoint, 'rungs', index], report);
	}
	const broken = Object.hasOwn(exceptions, document.ruleError)
		? exceptions[document.ruleError]
		: undefined;
	if (broken?.class !== 'system')
		report(
			['ruleError'],
			broken
				? `The exception type "${document.ruleError}" is of class "${broken.class}"`
				: `There is no exception type "${document.ruleError}"`,
			'Name one of class "system": a broken rule is a fault of ours, not of a policy.'
		);
	for (const [name, type] of Object.entries(exceptions)) {
		const at = ['exceptions', name];
		for (const role of ['owner', 'backup'] as const)
			if (String(type[role] ?? '').trim() === '')
				report([...at, role], `Has no ${role}`, 'Name the role that answers for it.');
		if (type.owner === type.backup && type.owner)
			report(
				[...at, 'backup'],
				'The backup is the owner',
				'Name another role for nights, weekends and absence.'
			);
		if (!(type.hours > 0)) report([...at, 'hours'], 'Has no timer', 'Say in how many hours.');
		if (Array.isArray(type.outcomes) && type.outcomes.length === 0)
			report([...at, 'outcomes'], 'Has no outcome', 'Name what can close it.');
		checkOutcomes(document, name, type, report);
	}
}

/** An exception can be closed by the outcomes that it names, and what it refers to exists. */
function checkOutcomes(
	document: WorkflowDocument,
	name: string,
	type: ExceptionType,
	report: Report
): void {
	const at = ['exceptions', name];
	const { calendars = {}, templates } = document;
	checkUnique(
		type.outcomes?.map(({ id }) => id),
		(index) => [...at, 'outcomes', index, 'id'],
		report
	);
	if (type.outcomes?.every(({ does }) => does !== 'resume' && does !== 'end'))
		report(
			[...at, 'outcomes'],
			'No outcome is a decision',
			'Add one that does: resume or end, so that an agent can always close it.'
		);
	if (type.calendar !== undefined && !Object.hasOwn(calendars, type.calendar))
		report(
			[...at, 'calendar'],
			`There is no calendar "${type.calendar}"`,
			`Write it under calendars, or use ${oneOf(Object.keys(calendars))}.`
		);
	if (type.notice !== undefined && !Object.hasOwn(templates, type.notice))
		report(
			[...at, 'notice'],
			`There is no template "${type.notice}"`,
			`Write it under templates, or use ${oneOf(Object.keys(templates))}.`
		);
}
