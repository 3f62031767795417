"""The words that name the nine system themes, English and Afrikaans, by the theme's name."""

from __future__ import annotations

SYSTEM_WORDS: dict[str, str] = {
    "Food Quality": """
        food | foods | meal | meals | dish | dishes | taste | tastes | tasted | tasty | tasteless | flavour |
        flavours | flavor | flavors | flavourful | flavourless | delicious | bland | cooked | overcooked |
        undercooked | uncooked | raw | stale | burnt | soggy | seasoning | seasoned | fresh ingredients |
        ingredients | chef | cooking | steak | steaks | burger | burgers | pizza | pizzas | curry | bobotie |
        calamari | schnitzel | hake | fish | oxtail | seafood | risotto | pasta | chicken | lamb | pork |
        ribs | beef | omelette | breakfast | chips | salad | salads | bread | dessert | desserts | cake |
        sushi | soup | meat | coffee | kos | ete | gereg | geregte | maaltyd | maaltye | smaak | smaaklik |
        smaaklike | smaakloos | smaaklose | geur | geurig | oorgaar | ongaar | rou | gebrand | bestanddele |
        sjef | kok | biefstuk | beesburger | lamskerrie | kerrie | hoender | hoenderskenkel | stokvis |
        beesstert | seekos | seekosbord | varkribbetjies | ribbetjies | sampioenpasta | vis | vleis | brood |
        knoffelbrood | ontbyt | slaai | skyfies | nagereg | koek | koffie | sop
    """,
    "Service": """
        service | staff | waiter | waiters | waitress | waitresses | waitron | waitrons | wait staff |
        server | servers | manager | managers | management | host | hostess | bartender | barman | barista |
        owner | owners | hospitality | attentive | inattentive | rude | friendly | unfriendly | helpful |
        unhelpful | polite | impolite | welcoming | ignored us | served by | diens | personeel | kelner |
        kelners | kelnerin | kelnerinne | bestuurder | bestuur | eienaar | eienaars | gasvryheid |
        vriendelik | vriendelike | onvriendelik | onvriendelike | onbeskof | onbeskofte | behulpsaam |
        behulpsame | bediening | bedien
    """,
    "Wait Time": """
        wait | waits | waited | waiting | waiting time | wait time | minutes | hour | hours | queue | queues |
        queued | slow | slowly | quick | quickly | fast | faster | prompt | promptly | speedy | delay |
        delays | delayed | turnaround | took forever | took ages | on time | too long | wag | gewag | wagtyd |
        minute | uur | ure | tou | toustaan | stadig | stadige | vinnig | vinnige | vertraging | te lank |
        betyds
    """,
    "Ambiance": """
        ambiance | ambience | atmosphere | atmospheric | vibe | vibes | decor | music | lighting | setting |
        interior | noise | noisy | loud | cosy | cozy | romantic | cramped | crowded | furniture | seating |
        atmosfeer | gees | dekor | musiek | beligting | lawaai | raserig | raserige | gesellig | gesellige |
        romanties | beknop | sitplek | sitplekke | meubels | rustig | rustige
    """,
    "Cleanliness": """
        clean | cleaner | cleanliness | unclean | dirty | dirt | filthy | filth | spotless | hygiene |
        hygienic | unhygienic | sticky | grubby | grimy | tidy | untidy | toilet | toilets | bathroom |
        bathrooms | restroom | restrooms | cockroach | cockroaches | flies | mouldy | smelly | smelled |
        skoon | netheid | vuil | silwerskoon | higiëne | higiënies | onhigiënies | toilette | badkamer |
        badkamers | kakkerlak | kakkerlakke | vlieë | netjies | netjiese | taai tafel | tafel was taai |
        morsig | morsige
    """,
    "Value for Money": """
        value | value for money | price | prices | priced | pricing | pricey | expensive | cheap |
        affordable | overpriced | reasonable | worth it | worth the money | well worth | money | bill | cost |
        costs | costly | rip off | overcharged | bargain | paid | waarde | waarde vir geld | prys | pryse |
        duur | goedkoop | bekostigbaar | bekostigbare | billik | billike | geld | rekening | die moeite werd |
        die geld werd | betaal | koste
    """,
    "Menu Variety": """
        menu | menus | variety | choice | choices | selection | options | vegetarian | vegetarians | vegan |
        vegans | gluten free | wine list | specials | spyskaart | spyskaarte | verskeidenheid | keuse |
        keuses | opsies | vegetaries | vegetariese | vegetariërs | wynlys
    """,
    "Portion Size": """
        portion | portions | portion size | serving size | servings | helping | helpings | filling | hungry |
        porsie | porsies | porsiegrootte | honger | vullend
    """,
    "Location": """
        location | located | parking | park | view | views | spot | area | neighbourhood | easy to find |
        hard to find | directions | accessible | close to | sea view | ligging | geleë | parkering | parkeer |
        uitsig | omgewing | buurt | maklik om te vind | moeilik om te vind | toeganklik | naby
    """,
}
