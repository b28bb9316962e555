package org.matrixletta.router.web;

/**
 * Why a request may not pass.
 *
 * @param status the HTTP status (RFC 9110, section 15.5)
 * @param sentence what is wrong and what to do; it holds nothing of the request
 */
record Denial(int status, String sentence) {
}
