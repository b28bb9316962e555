package org.matrixletta.router.mapping;

import java.util.List;

/**
 * What is known of a file that was read.
 *
 * @param name how reports call it
 * @param entries how many entries it holds
 * @param sha256 of its bytes, in hexadecimal
 * @param warnings what is odd about it but no reason to reject anything, a line each
 */
public record FileFacts(String name, long entries, String sha256, List<String> warnings) {
}
