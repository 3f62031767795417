"""What invented guests write in English: sentences by theme and mood, and words for their gaps."""

from __future__ import annotations

from jobs.simulator.grammar import Phrases

ENGLISH = Phrases(
    openers=(
        "We came here for {occasion}.",
        "Popped in on {day} with {company}.",
        "Second visit this year.",
        "Our first time here.",
        "Booked a table for {count} on {day}.",
        "Stopped for lunch on the way to the coast.",
        "We have been coming here for years.",
        "Ordered the {dish} and a {drink}.",
    ),
    closers={
        "good": (
            "We will be back soon.",
            "Highly recommended!",
            "Well done to the whole team.",
            "Cannot wait to bring {company}.",
            "Already booked for {day}.",
            "Keep it up!",
        ),
        "fair": (
            "It could go either way next time.",
            "Not bad, not great.",
            "We may try it again.",
            "An average evening overall.",
            "Room for improvement.",
        ),
        "bad": (
            "We will not be back.",
            "Very disappointed.",
            "Please sort this out.",
            "Rather go somewhere else.",
            "Such a pity, it used to be better.",
            "Never again.",
        ),
    },
    themes={
        "food": {
            "good": (
                "The {dish} was {lovely} and full of flavour.",
                "The food is {really} fresh and tasty.",
                "Best {dish} I have had in a long time, cooked perfectly.",
                "My {dish} was {really} delicious.",
                "Every plate of food came out hot and {lovely}.",
            ),
            "fair": (
                "The {dish} was okay, nothing special.",
                "The food was average this time.",
                "My {dish} was fine, the {side} a little bland.",
            ),
            "bad": (
                "The {dish} was cold and {awful}.",
                "The food was {really} bland and overcooked.",
                "My {dish} came out raw in the middle.",
                "The {side} was stale and the {dish} {awful}.",
                "Tasteless {dish}, the food has gone downhill.",
            ),
        },
        "service": {
            "good": (
                "{waiter} was {really} friendly and helpful.",
                "The service was {lovely} from start to finish.",
                "Attentive staff, our waiter {waiter} remembered {company}.",
                "The waitress was polite and made us feel welcome.",
                "Friendly staff and {lovely} service.",
            ),
            "fair": (
                "The service was okay, the waiter had a lot of tables.",
                "Service was average for {day}.",
                "The staff were fine but a bit distracted.",
            ),
            "bad": (
                "The waiter was {really} rude to {company}.",
                "The service was {awful}, nobody cared.",
                "Our waitress ignored us for most of the evening.",
                "Unfriendly staff and {awful} service.",
                "The manager was dismissive when we complained about the service.",
            ),
        },
        "wait": {
            "good": (
                "Our food arrived within {short} minutes, quick and easy.",
                "No waiting at all, even on {day}.",
                "The kitchen was fast, {short} minutes and we were eating.",
                "Quick turnaround despite the queue.",
            ),
            "fair": (
                "We waited about {medium} minutes, which is acceptable for {day}.",
                "The wait was a little long but they told us up front.",
            ),
            "bad": (
                "We waited {long} minutes for our {dish}.",
                "Slow, {really} slow: {long} minutes before anyone took our order.",
                "The wait was {awful}, {long} minutes for a {drink}.",
                "After {long} minutes of waiting we cancelled the {dish}.",
            ),
        },
        "clean": {
            "good": (
                "The place is spotless, even the bathrooms.",
                "Very clean tables and a tidy kitchen from what we could see.",
                "The toilets were clean and fresh.",
            ),
            "fair": (
                "The tables were clean enough, the floor less so.",
                "Cleanliness was acceptable, the windows need a wash.",
            ),
            "bad": (
                "The table was sticky and the floor dirty.",
                "The toilets were filthy and out of paper.",
                "Dirty cutlery, we had to ask for clean forks twice.",
                "There were flies everywhere and the bathroom smelled {awful}.",
            ),
        },
        "value": {
            "good": (
                "Great value for money.",
                "The prices are very reasonable for what you get.",
                "We paid {price} for {count} people, well worth it.",
                "Affordable and generous, hard to beat at this price.",
            ),
            "fair": (
                "A bit pricey, though you pay for the view.",
                "Prices are average for the area.",
            ),
            "bad": (
                "Overpriced: {price} for a {dish} is a joke.",
                "Far too expensive for what you get.",
                "{price} for {count} people and we left hungry, poor value.",
                "They raised the prices again, not worth the money.",
            ),
        },
        "ambiance": {
            "good": (
                "The atmosphere is {lovely}, with live music on {day}.",
                "Cosy decor and a relaxed vibe.",
                "Beautiful setting, the ambiance made our evening.",
            ),
            "fair": (
                "The decor is a little tired but the music was fine.",
                "The atmosphere was quiet for {day}.",
            ),
            "bad": (
                "The music was so loud that we could not talk.",
                "Noisy and cramped, no atmosphere at all.",
                "The decor is shabby and the lighting {awful}.",
            ),
        },
        "menu": {
            "good": (
                "The menu has {lovely} choices, also for vegetarians.",
                "Great variety on the menu, {company} could all find something.",
                "We love the new menu, especially the {dish}.",
            ),
            "fair": (
                "The menu is small but covers the basics.",
                "The menu has not changed in a while.",
            ),
            "bad": (
                "Half the menu was not available on {day}.",
                "Very limited menu, nothing for vegetarians.",
                "The menu is boring, no options besides {dish}.",
            ),
        },
        "portion": {
            "good": (
                "Huge portions, we took the {side} home.",
                "Generous portion of {dish}, more than enough.",
                "The portions are big and filling.",
            ),
            "fair": ("The portions are average, enough for lunch.",),
            "bad": (
                "Tiny portions, I was still hungry afterwards.",
                "The portion of {dish} was small and {awful}.",
                "They have made the portions smaller again.",
            ),
        },
        "location": {
            "good": (
                "Perfect location with {lovely} views and easy parking.",
                "Lovely spot, close to {landmark}.",
                "Convenient location and safe parking.",
            ),
            "fair": (
                "The location is fine, parking takes patience.",
                "A little hard to find behind {landmark}.",
            ),
            "bad": (
                "Parking is a nightmare at this location.",
                "Bad location, the parking near {landmark} felt unsafe.",
            ),
        },
    },
    short={
        "good": ("Great food!", "Loved it", "Excellent", "Top class", "Always good", "Very nice place"),
        "fair": ("It was okay", "Average", "Not bad", "So so"),
        "bad": ("Terrible", "Not worth it", "Avoid", "Disappointing", "Bad service"),
    },
    replies={
        "good": (
            "Thank you {name}, we look forward to seeing you again.",
            "Thanks for the kind words, {name}! We passed them on to the team.",
            "So glad you enjoyed it. See you soon!",
        ),
        "fair": (
            "Thank you for the honest feedback, {name}. We are working on it.",
            "Thanks {name}, we hope to do better next time.",
        ),
        "bad": (
            "We are sorry to hear this, {name}. Please call the manager so that we can put it right.",
            "Dear {name}, this is not the standard we aim for. We have spoken to the team.",
            "Our apologies. We have changed the way we work on busy evenings since your visit.",
        ),
    },
    but="but",
    words={
        "occasion": ("a birthday", "our anniversary", "a quick breakfast", "Sunday lunch", "a work dinner"),
        "day": ("Friday night", "Saturday", "a Sunday", "Tuesday", "a public holiday", "Wednesday evening"),
        "company": ("the kids", "my parents", "friends", "my wife", "my husband", "colleagues", "the family"),
        "count": ("two", "three", "four", "five", "six", "eight", "ten"),
        "dish": (
            "lamb curry",
            "bobotie",
            "rib-eye steak",
            "calamari starter",
            "beef burger",
            "margherita pizza",
            "chicken schnitzel",
            "hake and chips",
            "oxtail",
            "seafood platter",
            "mushroom risotto",
            "peri-peri chicken",
            "breakfast omelette",
            "rack of ribs",
        ),
        "side": ("chips", "salad", "garlic bread", "creamed spinach", "onion rings", "rice", "pap"),
        "drink": ("cappuccino", "milkshake", "glass of red wine", "craft beer", "rooibos latte", "lemonade"),
        "waiter": (
            "Sipho",
            "Anke",
            "Lindiwe",
            "Jaco",
            "Nomsa",
            "Ruan",
            "Zanele",
            "Pieter",
            "Ayesha",
            "Tebogo",
        ),
        "lovely": ("lovely", "excellent", "wonderful", "fantastic", "superb", "great", "amazing"),
        "awful": ("awful", "terrible", "disappointing", "horrible", "unacceptable", "poor"),
        "really": ("really", "very", "extremely", "so", "incredibly"),
        "short": ("ten", "12", "fifteen", "8"),
        "medium": ("20", "25", "thirty"),
        "long": ("45", "50", "60", "75", "90", "forty"),
        "price": ("R180", "R240", "R320", "R450", "R620", "R850", "R1 150"),
        "landmark": (
            "the harbour",
            "the old church",
            "the market square",
            "the dam",
            "the station",
            "the mall",
        ),
    },
)
