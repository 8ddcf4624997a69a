import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { TooltipProvider } from "@/ui/tooltip";
import { Markdown } from "./markdown";

const draw = (text: string) =>
  render(
    <TooltipProvider>
      <Markdown text={text} />
    </TooltipProvider>,
  );

it("draws emphasis, lists, tables and code", () => {
  const { container } = draw("**TP 1693** at `13:05`\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nprint(1 < 2)\n```");
  expect(container.querySelector("strong")?.textContent).toBe("TP 1693");
  expect(container.querySelectorAll("li")).toHaveLength(2);
  expect(container.querySelectorAll("td")).toHaveLength(2);
  expect(container.querySelector("pre")?.textContent).toBe("print(1 < 2)");
});

it("never turns text into markup, addresses into code or images into requests", () => {
  const { container } = draw('<img src=x onerror="alert(1)"> <script>alert(1)</script>\n\n[click](javascript:alert(1)) ![pixel](https://spy.example/x.png)');
  expect(container.querySelector("img, script, iframe")).toBeNull();
  expect(container.querySelector("a")).toBeNull();
  expect(container.textContent).toContain('<img src=x onerror="alert(1)">');
  expect(container.textContent).toContain("[image: pixel]");
});

it("opens real links without telling where they were", () => {
  draw("[docs](https://example.com/a)");
  expect(screen.getByRole("link", { name: "docs" }).getAttribute("rel")).toContain("noopener");
});

it("shows what people type: ampersands, angle brackets, line breaks", () => {
  const { container } = draw("a < b && c > d\nnext line");
  expect(container.textContent).toContain("a < b && c > d");
  expect(container.querySelector("br")).not.toBeNull();
});
