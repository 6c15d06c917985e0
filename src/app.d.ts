import type { Frame } from './lib/contracts/pages.ts';

declare global {
	namespace App {
		interface Locals {
			/** Names this request in the logs and in the answer's `x-request-id`. */
			requestId: string;
			/** Language, direction and brand of the page, as hooks write them into `<html>`. */
			frame?: Frame;
			/** The database was away or busy: the answer says so instead of blaming ourselves. */
			busy?: boolean;
			/** The customer was erased while the request was under way. */
			erased?: boolean;
			/** It shows a page of ours in a frame, or is the one that may be shown so. */
			framing?: 'outer' | 'inner';
		}
		interface Error {
			message: string;
			/** Of the request in the log. */
			requestId?: string;
			busy?: boolean;
		}
	}
}
