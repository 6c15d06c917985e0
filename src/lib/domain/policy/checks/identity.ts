import { atLeast, type Assurance, type WorkflowDocument } from '../../workflow/document.ts';
import { CODE_MINUTES } from '../../workflow/limits.ts';
import { oneOf, type Path, type Report } from '../../workflow/problem.ts';

/** With one fact alone, three tries are three guesses at a birth date. */
const MIN_KNOWN_FACTS = 2;

/** Every assurance that the workflow can ask for can be reached, and its numbers are in bounds. */
export function checkIdentity(document: WorkflowDocument, report: Report): void {
	const { identity, records, facts } = document;
	const contacts = Object.keys(records.contacts);
	const demanded: [Path, Assurance][] = [
		[['identity', 'base'], identity.base],
		[['identity', 'stricter'], identity.stricter],
		...Object.entries(document.actions).map(([key, action]): [Path, Assurance] => [
			['actions', key, 'assurance'],
			action.assurance
		])
	];
	for (const [path, assurance] of demanded) checkReach(document, path, assurance, report);
	if (!atLeast(identity.stricter, identity.base))
		report(
			['identity', 'stricter'],
			`"${identity.stricter}" is weaker than the base "${identity.base}"`,
			`Use "${identity.base}" or one above it.`
		);
	for (const [index, channel] of identity.code.channels.entries())
		if (!contacts.includes(channel))
			report(
				['identity', 'code', 'channels', index],
				`The record has no contact for "${channel}"`,
				`Name where it stands under records.contacts, or use ${oneOf(contacts)}.`
			);
	for (const [index, known] of identity.knownFacts.entries())
		if (!Object.hasOwn(facts, known.fact))
			report(
				['identity', 'knownFacts', index, 'fact'],
				`There is no fact "${known.fact}"`,
				`Declare it under facts, or use ${oneOf(Object.keys(facts))}.`
			);
		else if (!Object.hasOwn(records.facts, known.fact))
			report(
				['identity', 'knownFacts', index, 'fact'],
				`"${known.fact}" is not read from the system of record`,
				`Name where it stands under records.facts: only what the record holds proves anything.`
			);
	const money = Object.values(document.actions).some((action) => action.effect === 'money');
	const most = money ? CODE_MINUTES.mostForMoney : CODE_MINUTES.most;
	if (identity.code.minutes > most)
		report(
			['identity', 'code', 'minutes'],
			`A code of ${identity.code.minutes} minutes lives too long${money ? ' where money moves' : ''}`,
			`Use at most ${most}.`
		);
}

function checkReach(
	{ identity, records }: WorkflowDocument,
	path: Path,
	assurance: Assurance,
	report: Report
): void {
	const needs = (part: string) => assurance === part || assurance === 'code-and-facts';
	if (needs('code') && !identity.code.channels.some((one) => Object.hasOwn(records.contacts, one)))
		report(
			path,
			`"${assurance}" cannot be reached: no code channel has a contact in the record`,
			'Name a channel under identity.code.channels whose contact stands under records.contacts.'
		);
	if (needs('known-facts') && identity.knownFacts.length < MIN_KNOWN_FACTS)
		report(
			path,
			`"${assurance}" cannot be reached: it needs at least ${MIN_KNOWN_FACTS} known facts`,
			'Add to identity.knownFacts, or demand another assurance.'
		);
}
