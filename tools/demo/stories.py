"""The kinds of traces a travel assistant leaves behind. Each function tells one story and returns it."""

import json
import random

from recorder import Observation, Story
from texts import AIRLINES, CITIES, FOLLOW_UPS, HOMES, HOTELS, POLICY, REVIEWS, SUPPORT, SYSTEM, USERS

RESEARCH_ANGLES = ["tips", "opening hours", "prices", "reviews", "closed in winter", "map", "history", "events"]


def user_message(text: str) -> list[dict]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def tool_call(rng: random.Random, name: str, arguments: dict) -> dict:
    call = {
        "id": f"call_{rng.getrandbits(48):012x}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def embed(story: Story, text: str) -> None:
    tokens = max(4, len(text) // 4)
    with story.observe(
        "embed query", "embedding", model="text-embedding-3-small", input=text, usage={"input": tokens, "total": tokens}
    ) as call:
        story.wait(0.04, 0.12)
        call.output = {"dimensions": 1536}


def flights(rng: random.Random, home: str, code: str) -> list[dict]:
    return [
        {
            "airline": rng.choice(AIRLINES),
            "from": home,
            "to": code,
            "departure": f"{rng.randint(6, 20):02}:{rng.choice(['05', '20', '45'])}",
            "stops": rng.choice([0, 0, 1]),
            "price_eur": rng.randint(79, 640),
        }
        for _ in range(rng.randint(3, 6))
    ]


def hotels(rng: random.Random, city: str) -> list[dict]:
    return [
        {"name": name, "city": city, "night_eur": rng.randint(70, 260), "rating": round(rng.uniform(3.6, 4.9), 1)}
        for name in rng.sample(HOTELS, 4)
    ]


def agent(
    story: Story,
    name: str,
    model: str,
    task: str,
    tool: str,
    arguments: dict,
    result,
    answer: str,
    seconds: tuple[float, float],
    failures: int = 0,
) -> str:
    """A sub-agent: decides on a tool, calls it (again after a time-out), answers."""
    with story.observe(name, "agent", input={"task": task}, metadata={"agent": name, "model": model}) as run:
        story.generate("decide", model, user_message(task), tool_call(story.rng, tool, arguments))
        for attempt in range(failures):
            story.tool(
                tool,
                arguments,
                None,
                (4.9, 5.1),
                error=f"TimeoutError: no answer within 5 s (attempt {attempt + 1} of 3)",
            )
            story.wait(0.2 * 2**attempt)
        if failures >= 3:
            run.fail(f"{tool} is not available")
            run.output = {"error": f"{tool} is not available"}
            return "I could not reach the booking system."
        found = story.tool(tool, arguments, result, seconds)
        if failures:
            found.metadata["attempt"] = failures + 1
        messages = [
            *user_message(task),
            tool_call(story.rng, tool, arguments),
            {"role": "tool", "content": json.dumps(result)},
        ]
        story.generate("answer", model, messages, answer)
        run.output = answer
    return answer


def trip_planner(rng: random.Random, start: float) -> Story:
    """Orchestrator, two or three agents at once, their tools, a guardrail and a judge."""
    city, (code, charm, degrees) = rng.choice(list(CITIES.items()))
    home, home_code = rng.choice(HOMES)
    nights, budget = rng.randint(2, 7), rng.choice([600, 900, 1400, 2500])
    liking = charm.split(" and ")[0]
    wish = f"Plan {nights} nights in {city} from {home} for two, at most {budget} €. We like {liking}."
    story = Story(
        rng,
        start,
        "plan trip",
        user=rng.choice(USERS),
        session=f"trip-{rng.getrandbits(32):08x}",
        tags=["planner", city.lower().replace(" ", "-")],
        metadata={"channel": rng.choice(["web", "app"]), "budget_eur": budget},
    )
    found_flights, found_hotels = flights(rng, home_code, code), hotels(rng, city)
    cheapest = min(offer["price_eur"] for offer in found_flights)
    failures = rng.choices([0, 1, 2, 3], [80, 11, 6, 3])[0]
    with story.observe("plan trip", "agent", input={"message": wish}, metadata={"version": "planner-7"}) as root:
        with story.observe("check request", "guardrail", input=wish) as guard:
            story.wait(0.03, 0.09)
            guard.output = {"allowed": True, "categories": []}
        story.generate(
            "make a plan",
            "claude-sonnet-4-5-20250929",
            user_message(wish),
            f"1. Ask the flight agent for {home_code} to {code}. 2. Ask the hotel agent for {nights} nights. "
            f"3. Check the weather. 4. Combine within {budget} €.",
            prompt=("trip-planner", rng.choice([4, 5, 5])),
        )
        texts: list[str] = []
        story.parallel(
            lambda: texts.append(
                agent(
                    story,
                    "flight agent",
                    "gpt-4o-mini",
                    f"Flights {home_code} to {code} for two",
                    "search_flights",
                    {"from": home_code, "to": code, "travellers": 2},
                    found_flights,
                    f"The best offer leaves {home} at {found_flights[0]['departure']} "
                    f"with {found_flights[0]['airline']} "
                    f"for {cheapest} € per person.",
                    (0.5, 2.4),
                    failures,
                )
            ),
            lambda: texts.append(
                agent(
                    story,
                    "hotel agent",
                    "gpt-4o-mini",
                    f"Hotels in {city} for {nights} nights",
                    "search_hotels",
                    {"city": city, "nights": nights, "guests": 2},
                    found_hotels,
                    f"{found_hotels[0]['name']} has a quiet double for {found_hotels[0]['night_eur']} € a night.",
                    (0.3, 1.5),
                )
            ),
            lambda: story.tool(
                "get_weather",
                {"city": city},
                {"city": city, "celsius": degrees, "sky": rng.choice(["clear", "cloudy", "rain"])},
                (0.1, 0.4),
            ),
        )
        answer = (
            f"Here is a plan for {nights} nights in **{city}**:\n\n- {texts[0]}\n- {texts[1]}\n"
            f"- Expect about {degrees} °C.\n\n"
            f"Together about **{cheapest * 2 + nights * found_hotels[0]['night_eur']} €** for two. "
            "Shall I hold it for 24 hours?"
        )
        final = story.generate(
            "write the offer",
            rng.choice(["claude-sonnet-4-5-20250929", "gpt-4o"]),
            [*user_message(wish), *({"role": "assistant", "content": text} for text in texts)],
            answer,
            prompt=("trip-offer", rng.choice([2, 3])),
        )
        root.output = answer
        if failures >= 3:
            root.warn("answered without flights")
    judge(story, final, wish, answer, "completeness", 0.35 if failures >= 3 else rng.betavariate(8, 2))
    if rng.random() < 0.45:
        story.score(
            "traveller-feedback",
            1 if failures < 2 and rng.random() < 0.85 else 0,
            "BOOLEAN",
            comment=rng.choice([None, "exactly what we wanted", "took too long"])
            if failures < 2
            else "no flights at all",
        )
    return story


def judge(story: Story, on: Observation, question: str, answer: str, name: str, value: float) -> None:
    value = round(value, 2)
    with story.observe(f"judge {name}", "evaluator", input={"question": question, "answer": answer}) as run:
        run.output = {
            "score": value,
            "reason": "All asked parts are answered." if value > 0.6 else "A part of the question is left open.",
        }
        story.generate(
            "judge",
            "gpt-4.1-mini",
            [{"role": "user", "content": f"Rate the {name} from 0 to 1.\n\n{question}\n---\n{answer}"}],
            json.dumps(run.output),
        )
    story.score(name, value, on=on, comment=run.output["reason"])


def support_chat(rng: random.Random, start: float) -> list[Story]:
    """A conversation: several traces in one session, each with retrieval and a streamed answer."""
    question, topic, answer = rng.choice(SUPPORT)
    user, session = rng.choice(USERS), f"chat-{rng.getrandbits(32):08x}"
    history, told = [{"role": "system", "content": SYSTEM}], []
    for turn in range(rng.choice([1, 2, 2, 3, 4])):
        text = question if turn == 0 else rng.choice(FOLLOW_UPS)
        reply = answer if turn == 0 else f"Of course. {answer.split('. ')[-1]} Is there anything else I can do for you?"
        story = Story(
            rng,
            start,
            "support chat",
            user=user,
            session=session,
            tags=["support", topic],
            metadata={"turn": turn + 1, "language": "en"},
        )
        history = [*history, {"role": "user", "content": text}]
        with story.observe("support chat", "span", input={"message": text}) as root:
            with story.observe("retrieve policy", "retriever", input=text) as search:
                embed(story, text)
                story.wait(0.02, 0.15)
                search.output = [
                    {"score": round(rng.uniform(0.6, 0.95), 3), "text": passage} for passage in POLICY[topic]
                ]
            generation = story.generate(
                "answer",
                rng.choice(["gpt-4o", "gpt-4o", "gpt-4o-mini"]),
                [*history, {"role": "system", "content": "Policy:\n" + "\n".join(POLICY[topic])}],
                reply,
                prompt=("support-answer", rng.choice([11, 12])),
                model_parameters={"temperature": 0.2, "stream": True},
            )
            if rng.random() < 0.04:
                generation.fail("RateLimitError: 429, try again in 20 s")
                generation.output, generation.usage = None, None
                root.fail("no answer")
            else:
                root.output = {"message": reply}
        history = [*history, {"role": "assistant", "content": reply}]
        if root.level != "ERROR" and rng.random() < 0.4:
            story.score("helpful", 0 if "not what I asked" in text else 1, "BOOLEAN")
        if rng.random() < 0.3:
            story.score(
                "tone", rng.choices(["friendly", "neutral", "curt"], [7, 3, 1])[0], "CATEGORICAL", on=generation
            )
        told.append(story)
        start = story.now + rng.uniform(8, 90)
    return told


def review_digest(rng: random.Random, start: float) -> Story:
    """Map and reduce: every review by a small model at once, then one digest."""
    hotel = rng.choice(HOTELS)
    story = Story(
        rng,
        start,
        "review digest",
        tags=["batch"],
        environment=rng.choice(["production", "staging"]),
        metadata={"hotel": hotel, "job": "nightly-digest"},
    )
    texts = [rng.choice(REVIEWS) for _ in range(rng.randint(6, 14))]
    with story.observe("review digest", "chain", input={"hotel": hotel, "reviews": len(texts)}) as root:
        with story.observe("summarise reviews", "chain") as step:

            def summarise(text: str) -> None:
                verdict = {
                    "sentiment": "positive" if "!" in text or "again" in text or "Wonderful" in text else "mixed",
                    "about": text.split(",")[0][:40],
                }
                story.generate(
                    "classify review",
                    "gemini-2.5-flash",
                    [{"role": "user", "content": "Classify this review as JSON: " + text}],
                    json.dumps(verdict),
                )

            story.parallel(*(lambda text=text: summarise(text) for text in texts))
            step.output = {"classified": len(texts)}
        complaints = f"{rng.randint(2, 5)} of {len(texts)} reviews"
        digest = f"Guests of {hotel} praise location and staff; noise and Wi-Fi come up in {complaints}."
        story.generate(
            "write digest", "claude-haiku-4-5-20251001", [{"role": "user", "content": "\n".join(texts)}], digest
        )
        root.output = digest
    return story


def booking_change(rng: random.Random, start: float) -> Story:
    """Tool calls with validation errors, retries, and a human hand-over when it goes wrong."""
    code, fee = f"{rng.randrange(36**6):06x}"[:6].upper(), rng.choice([0, 35, 80])
    story = Story(
        rng,
        start,
        "change booking",
        user=rng.choice(USERS),
        session=f"chat-{rng.getrandbits(32):08x}",
        tags=["support", "bookings"],
        metadata={"booking": code},
    )
    request = f"Please move booking {code} one day later."
    broken = rng.random() < 0.18
    with story.observe("change booking", "agent", input={"message": request}) as root:
        story.generate("decide", "gpt-4.1", user_message(request), tool_call(rng, "find_booking", {"code": code}))
        story.tool(
            "find_booking",
            {"code": code},
            {"code": code, "status": "confirmed", "fare": "flex" if fee == 0 else "light"},
            (0.1, 0.5),
        )
        if rng.random() < 0.3:
            story.tool(
                "change_date",
                {"code": code, "days": "one"},
                None,
                (0.02, 0.06),
                error='ValidationError: days: "one" is not an integer',
            )
            story.generate(
                "correct arguments",
                "gpt-4.1",
                user_message(request),
                tool_call(rng, "change_date", {"code": code, "days": 1}),
            )
        if broken:
            story.tool(
                "change_date",
                {"code": code, "days": 1},
                None,
                (1.0, 3.0),
                error="BookingError: fare class is sold out on that day",
            )
            with story.observe(
                "hand over to a human", "event", input={"reason": "sold out", "queue": "bookings"}
            ) as event:
                event.end = story.now
            root.output, text = (
                {"handed_over": True},
                "That day is sold out in your fare. A colleague will call you within the hour.",
            )
            root.warn("handed over")
        else:
            story.tool("change_date", {"code": code, "days": 1}, {"code": code, "fee_eur": fee}, (0.4, 1.4))
            text = f"Done: {code} now leaves one day later" + (
                f", the fee was {fee} €." if fee else ", free of charge."
            )
            root.output = {"message": text}
        story.generate("answer", "gpt-4.1-mini", user_message(request), text)
    story.score("resolved", 0 if broken else 1, "BOOLEAN")
    return story


def fare_watch(rng: random.Random, start: float) -> Story:
    """A service with plain OpenTelemetry instrumentation (gen_ai conventions), no SDK of ours."""
    city, (code, _, _) = rng.choice(list(CITIES.items()))
    story = Story(rng, start, "fare watch", environment="production", tags=[], metadata={})
    slow = rng.random() < 0.1
    with story.observe(
        "POST /fares/explain", "", attributes={"http.request.method": "POST", "url.path": "/fares/explain"}
    ) as root:
        with story.observe(
            "SELECT fares",
            "",
            attributes={
                "db.system.name": "postgresql",
                "db.query.text": f"SELECT * FROM fares WHERE destination = '{code}'",
            },
        ):
            story.wait(*((1.5, 3.0) if slow else (0.004, 0.03)))
        text = f"Fares to {city} rose by {rng.randint(3, 18)} % this week because of school holidays."
        messages = [{"role": "user", "parts": [{"type": "text", "content": f"Why did the fare to {city} change?"}]}]
        with story.observe(
            "chat gpt-4o-mini",
            "",
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.request.temperature": 0.3,
                "gen_ai.usage.input_tokens": rng.randint(180, 900),
                "gen_ai.usage.output_tokens": len(text) // 4,
                "gen_ai.input.messages": json.dumps(messages),
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": "stop"}]
                ),
            },
        ):
            story.wait(0.4, 1.8)
        root.attributes["http.response.status_code"] = 200
    return story


def deep_research(rng: random.Random, start: float) -> Story:
    """A long agent run: dozens of steps, nested, some of them failing."""
    city = rng.choice(list(CITIES))
    story = Story(
        rng, start, "destination research", user=rng.choice(USERS[:4]), tags=["research", "long"], metadata={"depth": 3}
    )
    with story.observe("destination research", "agent", input={"topic": f"A winter guide to {city}"}) as root:
        for chapter in ("food", "museums", "day trips", "with children", "getting around"):
            with story.observe(f"chapter: {chapter}", "agent", input={"chapter": chapter}) as part:
                for step in range(rng.randint(4, 8)):
                    query = f"{city} {chapter} {RESEARCH_ANGLES[step]}"
                    story.generate(
                        "next step",
                        "claude-haiku-4-5-20251001",
                        user_message(f"Research {chapter} in {city}"),
                        tool_call(rng, "search_web", {"query": query}),
                    )
                    failed = rng.random() < 0.06
                    story.tool(
                        "search_web",
                        {"query": query},
                        [
                            {"title": f"{query.title()} – {number}", "snippet": rng.choice(REVIEWS)}
                            for number in range(1, 4)
                        ],
                        (0.2, 1.6),
                        error="HTTPError: 503 from search provider" if failed else None,
                    )
                part.output = f"{chapter.capitalize()} in {city}: three paragraphs, {rng.randint(300, 600)} words."
                story.generate(
                    "write chapter",
                    "claude-sonnet-4-5-20250929",
                    user_message(f"Write the chapter on {chapter}"),
                    part.output * 12,
                )
        root.output = {"chapters": 5, "words": rng.randint(1800, 2600)}
    story.score("completeness", round(rng.uniform(0.6, 0.98), 2), comment="checked by the editor")
    return story
