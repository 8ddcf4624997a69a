"""What the made-up travellers ask and what the assistant knows. Invented; any likeness to real fares is chance."""

CITIES = {
    "Lisbon": ("LIS", "Alfama, trams and custard tarts", 17),
    "Kyoto": ("KIX", "temples and maple leaves", 12),
    "Oslo": ("OSL", "fjord saunas and museums", 2),
    "Mexico City": ("MEX", "markets, murals and mezcal", 21),
    "Copenhagen": ("CPH", "bikes and harbour baths", 6),
    "Marrakesh": ("RAK", "souks and gardens", 20),
    "Vancouver": ("YVR", "sea, mountains and dim sum", 8),
    "Naples": ("NAP", "pizza and a volcano", 15),
}
HOMES = [("Berlin", "BER"), ("Dublin", "DUB"), ("Zurich", "ZRH"), ("Boston", "BOS"), ("Munich", "MUC")]
USERS = [
    "amelia.hart",
    "b.okafor",
    "chen.wei",
    "dmitri.k",
    "elena.rossi",
    "farah.n",
    "g.lindqvist",
    "hiro.tanaka",
    "ines.costa",
    "j.novak",
    "kwame.a",
    "lucia.m",
    "m.oconnor",
    "noor.h",
    "olaf.s",
    "priya.r",
]
HOTELS = [
    "Casa do Rio",
    "Harbour House",
    "The Quiet Lantern",
    "Hotel Meridiana",
    "Nordlys Inn",
    "Patio Verde",
    "Stationsgasthof",
    "Maple Court",
]
AIRLINES = ["Aria", "Northwind", "Blue Meridian", "Tramontana", "Polaris Air"]

SUPPORT = [
    (
        "Can I bring my cat into the cabin?",
        "pets",
        "Yes. One pet of up to 8 kg including its carrier may travel in the cabin on most of our partner airlines. The "
        "carrier must fit under the seat (45 × 30 × 24 cm). Please add the pet at least 48 hours before departure; "
        "the fee is 60 € each way.",
    ),
    (
        "My flight was cancelled last night. What am I entitled to?",
        "disruption",
        "I am sorry about that. You may choose a new connection at the earliest opportunity or a full refund, and "
        "until then you are owed meals and, if you had to stay overnight, a hotel. For cancellations announced less "
        "than 14 days ahead there is usually also a compensation of 250 to 600 € depending on distance.",
    ),
    (
        "How do I change the name on a booking? I married last month :)",
        "bookings",
        "Congratulations! A change of surname after marriage is free. Upload the certificate under *My trips → "
        "Travellers*; tickets are reissued within 24 hours. If you fly within two days, tell me your booking code "
        "and I do it now.",
    ),
    (
        "Do I need a visa for Japan with a German passport?",
        "entry",
        "For tourism of up to 90 days you do not need a visa with a German passport. You need a return or onward "
        "ticket and a passport that is valid for the whole stay. Rules change: please check with the embassy "
        "before you book.",
    ),
    (
        "Why was my card charged twice??",
        "billing",
        "I see two lines of 214.90 €. One is the payment; the other is the authorisation your bank holds until the "
        "payment is booked. It disappears by itself, usually within five working days. If it is still there on Monday, "
        "send me the statement and I will have it checked.",
    ),
    (
        "Is the hotel step-free? My father uses a wheelchair.",
        "accessibility",
        "The entrance, the lift and rooms 104 to 109 are step-free; the breakfast terrace has two steps, with a ramp "
        "on request. I have added a note to your booking and asked for room 106, which has a roll-in shower.",
    ),
]
FOLLOW_UPS = [
    "And if I book it for two people?",
    "Thanks. Can you send me that by e-mail?",
    "That is not what I asked.",
    "Is that refundable?",
    "Great, please go ahead.",
    "What would it cost in December?",
]
POLICY = {
    "pets": [
        "Cabin pets: one per passenger, at most 8 kg with carrier, carrier 45 × 30 × 24 cm.",
        "Pets must be added no later than 48 hours before departure. Fee: 60 € per direction.",
    ],
    "disruption": [
        "Cancellation: rerouting or refund at the traveller's choice; care while waiting.",
        "Compensation of 250, 400 or 600 € by distance, unless announced 14 days ahead.",
    ],
    "bookings": [
        "Surname change after marriage: free with certificate, reissue within 24 hours.",
        "Spelling corrections of up to three letters are free until check-in opens.",
    ],
    "entry": [
        "Japan: 90 days visa-free for tourism for listed nationalities, onward ticket required.",
        "Entry rules are information, not advice; refer to the embassy.",
    ],
    "billing": [
        "An authorisation hold may stay visible for five working days beside the booked payment.",
        "Double bookings of one payment id are refunded automatically every night.",
    ],
    "accessibility": [
        "Harbour House: step-free entrance and lift; rooms 104 to 109 step-free; terrace two steps.",
        "Accessible rooms are confirmed by the hotel within one working day.",
    ],
}
REVIEWS = [
    "Spotless room, but the street is loud until two.",
    "Breakfast was the best of our trip!",
    "Staff found us a cot at midnight. Wonderful.",
    "Wi-Fi unusable on the fifth floor.",
    "Small rooms, big hearts. Would come again.",
    "The photos are from before the building site next door.",
    "Ten minutes on foot to everything.",
    "Paid for a sea view, got a car park.",
]
SYSTEM = (
    "You are the travel assistant of Fernweh Travel. Be brief, friendly and exact. Quote prices in euros with "
    "taxes. Never invent availability: use the tools. If the traveller is upset, say so and offer a human."
)
