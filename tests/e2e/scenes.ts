import type { Page } from 'playwright-core';
import { newPerson } from '../support/people.ts';
import type { Fleet } from '../support/servers.ts';
import { LANGUAGES, type Starter, STARTERS } from '../support/starters.ts';
import { invite, type Tapper } from '../support/tapper.ts';

/** One starter workflow in one language. */
export interface Way extends Starter {
	language: string;
}

export const WAYS: Way[] = LANGUAGES.flatMap((language) =>
	STARTERS.map((starter) => ({ ...starter, language }))
);

/** Shows a page under its name. */
export type Look = (name: string) => Promise<void>;

export interface Stage {
	fleet: Fleet;
	tapper: Tapper;
	way: Way;
	look: Look;
}

/** The customer of a scene: its name is known before the scene begins, so that a fault can wait for it. */
export const playerOf = ({ workflow, language }: Way, scene: string): string =>
	`${scene}-${workflow}-${language}`;

/** A customer of this scene's own with an open case; gives the address of its link. */
export async function begin(
	{ fleet, way }: Stage,
	scene: string,
	change: Parameters<typeof newPerson>[1] = {}
): Promise<{ customer: string; link: string; id: string }> {
	const id = playerOf(way, scene);
	const customer = await newPerson(fleet.core, { id, ...change }, way.like);
	const { workflow, language } = way;
	return { customer, ...(await invite(fleet, { workflow, language, customer })) };
}

/** The actions that the page offers. */
export const offered = (page: Page): Promise<string[]> =>
	page
		.locator('form[action*="/do/"]')
		.evaluateAll((forms) =>
			forms.flatMap((form) => /\/do\/([\w-]+)/.exec(form.getAttribute('action') ?? '')?.[1] ?? [])
		);
