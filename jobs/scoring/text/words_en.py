"""What English words are worth in a restaurant review: from -1 (as bad as can be) to 1, by rough steps."""

from __future__ import annotations

WEIGHTS: dict[float, str] = {
    0.9: """
        amazing awesome brilliant divine exceptional exceptionally excellent exquisite extraordinary fabulous
        fantastic faultless flawless incredible magnificent marvellous marvelous outstanding perfect
        perfection perfectly phenomenal scrumptious sensational spectacular stunning sublime superb superbly
        unbeatable unforgettable wonderful wonderfully world-class
    """,
    0.7: """
        adore adored beautiful beautifully best charming delectable delicious deliciously delight delighted
        delightful exciting gem great impeccable impressed impressive love loved loves lovely loving luscious
        memorable mouthwatering recommend recommended recommending recommends spotless succulent terrific
        thrilled tip-top treasure yum yummy wow bliss blissful heavenly immaculate sparkling masterpiece
        unmatched vibrant
    """,
    0.5: """
        accommodating affordable appetising appetizing appreciate appreciated aromatic atmospheric attentive
        authentic comfortable comfy consistent consistently convenient courteous cosy cozy crisp crispy
        creative crunchy cute efficient elegant enjoy enjoyable enjoyed enjoying enjoys favourite favorite
        flavourful flavorful flavoursome fragrant fresh freshly friendliest friendly friendliness fun generous
        generously genuine glad good gracious happily happy hearty helpful helpfulness homely hospitable
        hospitality hygienic inviting juicy knowledgeable nice nicely nicest pleasant pleasantly pleased
        pleasing pleasure polite politely prompt promptly quick quickly refreshing relaxed relaxing romantic
        satisfied satisfying scenic smooth speedy stylish swift tasteful tasty tender tidy thoughtful
        warm-hearted welcomed welcoming worthwhile classy passionate peaceful peacefully picturesque tranquil
        vegan-friendly velvety wholesome
    """,
    0.35: """
        ample approachable better bright buzzing calm capable clean cleaner cleanly cool creamy easily easy
        fair fast faster filling fluffy fluent improved improving interesting moist neat professional
        professionally punctual reasonable reasonably reliable rich safe shaded smart smile smiled smiles
        smiling soft spacious special support sweet thank thanks thankful trendy unique varied vibe vibes
        welcome well worth worthy yes cared caring compliment compliments congratulations kudos win winner
        bravo extensive
    """,
    0.15: "acceptable adequate alright decent enough fine okay ok passable",
    -0.15: "average basic ordinary plain so-so standard",
    -0.35: """
        aged busy chaotic complain complained complaining complaint complaints complicated confused confusing
        costly cramped crowded delay delayed delays difficult disorganised disorganized distracted drab dry
        dull expensive fatty forgot forgotten greasy hectic hesitant hungry impersonal inattentive
        inconsistent inconvenient lacking lacks lacked late limited loud lukewarm mediocre messy missing noise
        noisy oily outdated pity pricey problem problems queue queued rushed salty shame slow slower slowly
        small smaller smelly stuffy tepid tired tiring tough unattentive uncomfortable underwhelming
        underwhelmed uneven uninspired uninspiring unlucky watery waited waiting weak weird worn wrong cold
        poky stingy skimpy meagre sparse
    """,
    -0.55: """
        annoyed annoying avoid bad badly bland boring broken burned burnt careless chewy clueless disappoint
        disappointed dirty disappointing disappointment disappoints discourteous dismissive disrespectful
        filth flavourless flavorless flies frustrated frustrating grim grimy grubby ignored ignoring impatient
        impolite incompetent lousy mouldy moldy nasty neglected negligent nightmare overcharged overcooked
        overdone overpriced poor poorly raw regret regretted ridiculous rubbery rude rudely rudeness ruined
        shabby shocking sloppy soggy sour spoiled spoilt stale sticky stink stinks stinky stodgy tasteless
        tiny unacceptable unavailable unclean uncooked undercooked unfriendly unhappy unhelpful unhygienic
        unimpressed unpleasant unprofessional unreasonable unreliable unsafe unsatisfied untidy unwelcome
        unwelcoming upset upsetting worse joke mistake mistakes hair insult insulted
    """,
    -0.9: """
        abysmal appalling atrocious awful awfully cockroach cockroaches deplorable diabolical disaster
        disastrous disgrace disgraceful disgusted disgusting dreadful filthy food-poisoning foul ghastly hate
        hated hates horrendous horrible horribly horrid horrific inedible maggot maggots nauseating pathetic
        pathetically poisoned poisoning putrid rancid repulsive revolting rotten scam shambles shameful
        sickening terrible terribly thieves useless vile vomit vomiting worst yuck
    """,
}

PHRASES: dict[float, str] = {
    0.7: """
        second to none | top notch | top class | worth every cent | can't fault | cannot fault |
        could not fault | nothing but praise | five stars | 5 stars | spot on | blown away | hidden gem |
        went out of their way | above and beyond | well done | full of flavour | full of flavor |
        exceeded our expectations | exceeded my expectations | hard to beat | cooked to perfection |
        to die for | melts in your mouth | melted in the mouth | felt at home | feel at home
    """,
    0.5: """
        cannot wait | can't wait |
        very kind | so kind | kind and | kind staff | kind words | will be back | be back | will return |
        come back | coming back | go back | going back | well worth | worth it | worth the money |
        worth a visit | huge portions | huge portion | big portions | big portion | large portions |
        large portion | more than enough | keep it up | on point | looked after | look forward |
        looking forward | quick and easy | no waiting | not a fault | nothing to complain | no complaints |
        took care of | great value | good value | live music | kid friendly | child friendly | pet friendly |
        easy parking | safe parking
    """,
    0.3: "no problem | no problems | cold beer | cold beers | cold drinks | not only",
    0.15: "not bad | not too bad | could be worse",
    0.0: "as well | no doubt | no need | thanks for | thank you for",
    -0.25: """
        nothing special | nothing to write home about | room for improvement | not great | hit and miss |
        hit or miss | could be better | could have been better | used to be better | a little long |
        too busy | too small | has not changed | needs a wash | need a wash | less so | hard to find
    """,
    -0.5: """
        no atmosphere | too loud | so loud | too long | too salty | too sweet | too dry | too expensive |
        too much for | stay away | gone downhill | went downhill | go elsewhere | somewhere else | let down |
        poor value | bad value | no options | not available | refused to | would not | ran out | run out of |
        out of paper | out of stock | left hungry | still hungry | half empty | over cooked | under cooked |
        over priced | never came | never arrived | took forever | took ages | took an hour |
        took over an hour | waited an hour | waited over an hour | waited two hours | an hour later |
        ice cold | stone cold | sort this out | small portions | small portion | nobody cared | no one cared |
        fell short | falls short | did not care | didn't care | rip off
    """,
    -0.8: """
        never again | waste of money | waste of time | waste of | food poisoning | made us sick |
        made me sick | got sick | daylight robbery | worst experience | zero stars | one star
    """,
}

NEGATORS = """
    not no never none nobody nothing neither nor without hardly barely cannot can't won't don't didn't doesn't
    isn't wasn't weren't aren't couldn't wouldn't shouldn't haven't hasn't hadn't ain't lack cant wont dont
    didnt doesnt isnt wasnt werent couldnt wouldnt
"""
BOOSTERS = """
    very really extremely incredibly absolutely totally completely so super truly exceptionally highly utterly
    unbelievably seriously amazingly awfully terribly such remarkably particularly especially too insanely
    simply
"""
DAMPERS = "slightly somewhat fairly rather little bit quite kinda sorta partly mildly"
