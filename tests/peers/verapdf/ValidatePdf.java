import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.core.EncryptedPdfException;
import org.verapdf.core.ModelParsingException;
import org.verapdf.core.ValidationException;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/**
 * Holds PDF files against one or more standards ("2u", "2a,ua1") with veraPDF, many files in one run.
 *
 * <p>Prints a line a file and standard, "PASS 2u path" or "FAIL 2u path", the latter followed by the
 * broken rules. Exit status: 0 all pass, 1 some fail, 2 wrong usage.
 */
public final class ValidatePdf {
    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            usage("usage: verapdf FLAVOUR[,FLAVOUR...] FILE...");
        }
        List<PDFAFlavour> flavours = new ArrayList<>();
        for (String id : args[0].split(",")) {
            if (!PDFAFlavour.getFlavourIds().contains(id) || PDFAFlavour.byFlavourId(id) == PDFAFlavour.NO_FLAVOUR) {
                usage("unknown flavour '" + id + "'; for example 2b, 2u, 2a, ua1");
            }
            flavours.add(PDFAFlavour.byFlavourId(id));
        }
        List<File> files = new ArrayList<>();
        for (String path : List.of(args).subList(1, args.length)) {
            File file = new File(path);
            if (!file.isFile() || !file.canRead()) {
                usage("cannot read " + path);
            }
            files.add(file);
        }

        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean allPass = true;
        for (File file : files) {
            for (PDFAFlavour flavour : flavours) {
                allPass &= passes(file, flavour);
            }
        }
        System.exit(allPass ? 0 : 1);
    }

    private static boolean passes(File file, PDFAFlavour flavour) throws IOException {
        String name = flavour.getId() + " " + file;
        try (var parser = Foundries.defaultInstance().createParser(file, flavour);
                var validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + name);
            if (!result.isCompliant()) {
                printBrokenRules(result);
            }
            return result.isCompliant();
        } catch (EncryptedPdfException | ModelParsingException | ValidationException e) {
            System.out.println("FAIL " + name);
            System.out.println("    not validated: " + e.getMessage());
            return false;
        }
    }

    private static void printBrokenRules(ValidationResult result) {
        Map<RuleId, TestAssertion> firstFailures =
                new TreeMap<>(Comparator.comparing(RuleId::getClause).thenComparing(RuleId::getTestNumber));
        for (TestAssertion assertion : result.getTestAssertions()) {
            firstFailures.putIfAbsent(assertion.getRuleId(), assertion);
        }
        firstFailures.forEach((rule, first) -> {
            int count = result.getFailedChecks().get(rule);
            System.out.printf("    %s test %d: %s%n", rule.getClause(), rule.getTestNumber(), first.getMessage());
            System.out.printf("        %d times, first at %s%n", count, first.getLocation().getContext());
        });
    }

    private static void usage(String message) {
        System.err.println("verapdf: " + message);
        System.exit(2);
    }
}
