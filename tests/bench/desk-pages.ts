import type { Agent } from 'node:http';
import { addStaffMember } from '../support/staff.ts';
import { Browser } from './browser.ts';
import { type Invited, invite } from './invited.ts';
import { arrive } from './journey.ts';
import type { Stage } from './stage.ts';

/** An exception with its case. */
export interface Subject {
	exception: string;
	caseId: string;
}

/** Something that staff do all day, and a supply of what they do it with. */
export interface DeskPage {
	name: string;
	/** One request and its answer, which must be the right one. */
	ask: (subject: Subject) => Promise<void>;
	/** Changes what it is about: every time it is another one. */
	spends: boolean;
}

const WORKFLOWS = ['failed-payment', 'collections-plan', 'address-update'];
/** Two of the teams that the starters name. */
export const TEAMS = ['arrangements', 'service-desk'];

/** A real case of each workflow whose customer has asked for a person; gives the cases' ids. */
export async function askForPeople(stage: Stage, agent: Agent): Promise<string[]> {
	const asked: string[] = [];
	for (const workflow of WORKFLOWS) {
		const [who] = await invite(stage, 1, workflow);
		const { browser, visit } = await arrive(stage, agent, who as Invited);
		await browser.press(`${visit}/help?/person`, { sure: 'on' });
		asked.push(who!.caseId);
	}
	return asked;
}

async function signedIn(
	stage: Stage,
	agent: Agent,
	who: Parameters<typeof addStaffMember>[1]
): Promise<() => Browser> {
	const { secret } = await addStaffMember(stage.parts, who);
	// A browser of its own each time: the measured process is started anew between two of them.
	return () => {
		const browser = new Browser(
			{ agent, url: stage.server.url, origin: stage.origin },
			'10.254.0.1'
		);
		browser.keep('__Host-staff', secret);
		return browser;
	};
}

/** The pages of issue 3, for an agent of two teams and for somebody of operations. */
export async function deskPages(stage: Stage, agent: Agent): Promise<DeskPage[]> {
	const worker = await signedIn(stage, agent, { roles: ['agent'], teams: TEAMS });
	const counter = await signedIn(stage, agent, { roles: ['operations'], name: 'Otto Operations' });
	const page = (name: string, browser: () => Browser, path: (subject: Subject) => string) => ({
		name,
		spends: false,
		ask: async (subject: Subject) => void (await browser().see(path(subject)))
	});
	return [
		page('queue', worker, () => '/desk'),
		{
			name: 'next',
			spends: true,
			ask: async () => void (await worker().press('/desk?/next', { queue: 'policy' }))
		},
		page('case', worker, ({ caseId }) => `/desk/cases/${caseId}`),
		page('queue of everybody', counter, () => '/desk'),
		page('causes of the system queue', counter, () => '/desk?queue=system'),
		page('figures', counter, () => '/console/figures')
	];
}
