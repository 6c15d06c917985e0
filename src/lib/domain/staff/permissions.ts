import type { Actor } from '../case/events.ts';

/**
 * What staff may do. Which role holds which permission stands in the table `role_permissions` and is
 * asked there, in the transaction of the act: a role that was taken away a moment ago permits nothing.
 */

/** Roles of accounts. Which exceptions somebody sees and works is a matter of their teams besides. */
export const ROLES = ['agent', 'approver', 'operations', 'auditor', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
	/** Queues and cases of the own teams. */
	'desk.read',
	/** Claim, decide, ask, grant, correct, note, hand back. */
	'desk.work',
	/** Give an exception to somebody. Leads of a team may do it within the team without this. */
	'desk.assign',
	/** See queues and cases of every team. */
	'desk.all',
	/** See a personal field in the clear; each look is recorded. */
	'personal.reveal',
	/** Propose what became of a writeback whose outcome nobody knows, or to send it again. */
	'writeback.propose',
	/** Say yes or no to such a proposal of somebody else. */
	'writeback.approve',
	/** Versions, drafts, who gets what. */
	'workflow.read',
	/** Write drafts and propose them. */
	'workflow.edit',
	/** Publish exactly what somebody else proposed. */
	'workflow.approve',
	/** Switch an action or the outreach of a workflow off, at once and alone; resume what was paused. */
	'workflow.stop',
	/** Funnels, exceptions, writebacks, measures. */
	'figures.read',
	/** The record of privileged acts. */
	'audit.read',
	/** Ask for a person to be erased. */
	'person.erase',
	/** Say yes to it, as a second person. */
	'person.approve-erasure',
	/** Accounts, roles, teams. */
	'staff.manage'
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** An account's place in a team. Teams are the owners and backups that workflows name. */
export interface Membership {
	team: string;
	/** May assign within the team. */
	lead: boolean;
}

/** Who is signed in, as it stood when the request came. */
export interface Principal {
	id: string;
	name: string;
	email: string;
	roles: Role[];
	permissions: Permission[];
	teams: Membership[];
	session: string;
	/** The account has an authenticator app. */
	totp: boolean;
	/** Proved in the last minutes who it is. */
	fresh: boolean;
}

/** How events and the record of acts name somebody of the staff: never by name, pages join it. */
export const actorOf = ({ id }: Pick<Principal, 'id'>): Actor => `staff:${id}`;
