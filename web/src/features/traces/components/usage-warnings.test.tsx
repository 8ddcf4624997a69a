import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { UsageWarnings } from "./usage-warnings";

it("says what was not charged twice, and where counts do not add up", () => {
  render(
    <UsageWarnings
      warnings={[
        { kind: "OTHER_NAME", key: "input_tokens", of: "input", units: 100 },
        { kind: "PART", key: "reasoning_tokens", of: "output", units: 1400 },
        { kind: "MORE_THAN_TOTAL", key: "total", of: null, units: 1700 },
        { kind: "INPUT_SWALLOWED", key: "input_cached_tokens", of: "input", units: 30 },
        { kind: "REPEATS_STEPS", key: "total", of: null, units: 30 },
      ]}
    />,
  );
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "input_tokens is another name of input: charged once",
    "reasoning_tokens (1,400) is part of output: not charged on top of it",
    "The counts add up to 1,700, more than the reported total",
    "Input is 0 beside 30 input_cached_tokens: the sender may count them apart from its input",
    "Repeats what the steps below report: counted there, not here",
  ]);
});

it("is silent about usage that adds up", () => {
  const { container } = render(<UsageWarnings warnings={[]} />);
  expect(container.textContent).toBe("");
});
