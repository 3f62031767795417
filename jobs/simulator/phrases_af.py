"""What invented guests write in Afrikaans: sentences by theme and mood, and words for their gaps."""

from __future__ import annotations

from jobs.simulator.grammar import Phrases

AFRIKAANS = Phrases(
    openers=(
        "Ons was hier vir {occasion}.",
        "Het {day} met {company} hier kom eet.",
        "Ons eerste keer hier.",
        "Ons kom al jare lank hierheen.",
        "Het 'n tafel vir {count} bespreek.",
        "Ek het die {dish} en 'n {drink} bestel.",
    ),
    closers={
        "good": (
            "Ons kom beslis weer.",
            "Ek beveel dit sterk aan!",
            "Baie dankie aan die hele span.",
            "Volgende keer bring ons {company} saam.",
        ),
        "fair": (
            "Miskien probeer ons dit weer.",
            "Nie sleg nie, maar ook nie wonderlik nie.",
            "Daar is plek vir verbetering.",
        ),
        "bad": (
            "Ons sal nie weer kom nie.",
            "Baie teleurgesteld.",
            "Kry dit asseblief reg.",
            "Jammer, dit was vroeër beter.",
        ),
    },
    themes={
        "food": {
            "good": (
                "Die {dish} was {lovely} en vol geur.",
                "Die kos is {really} vars en smaaklik.",
                "Die lekkerste {dish} wat ek in jare geëet het.",
                "Die kos was warm en {lovely}.",
            ),
            "fair": (
                "Die {dish} was gemiddeld, niks besonders nie.",
                "Die kos was reg, maar die {side} was effens laf.",
            ),
            "bad": (
                "Die {dish} was koud en {awful}.",
                "Die kos was {really} smaakloos en oorgaar.",
                "My {dish} was nog rou in die middel.",
                "Die {side} was oud en die kos {awful}.",
            ),
        },
        "service": {
            "good": (
                "{waiter} was {really} vriendelik en behulpsaam.",
                "Die diens was {lovely} van begin tot einde.",
                "Vriendelike personeel en {lovely} diens.",
                "Ons kelner {waiter} het ons tuis laat voel.",
            ),
            "fair": (
                "Die diens was gemiddeld vir {day}.",
                "Die kelner was vriendelik maar besig.",
            ),
            "bad": (
                "Die kelner was {really} onbeskof met {company}.",
                "Die diens was {awful}, niemand het omgegee nie.",
                "Onvriendelike personeel en {awful} diens.",
                "Die bestuurder wou nie na ons klagte oor die diens luister nie.",
            ),
        },
        "wait": {
            "good": (
                "Ons kos was binne {short} minute op die tafel, vinnig en maklik.",
                "Ons hoef glad nie te wag nie, selfs nie {day} nie.",
                "Die kombuis is vinnig.",
            ),
            "fair": ("Ons het omtrent {medium} minute gewag, wat aanvaarbaar is.",),
            "bad": (
                "Ons het {long} minute vir ons {dish} gewag.",
                "Stadig, {really} stadig: {long} minute voor iemand ons bestelling geneem het.",
                "Die wagtyd was {awful}, {long} minute vir 'n {drink}.",
            ),
        },
        "clean": {
            "good": (
                "Die plek is silwerskoon, selfs die badkamers.",
                "Skoon tafels en 'n netjiese kombuis.",
            ),
            "fair": ("Die tafels was skoon genoeg, die vloer minder so.",),
            "bad": (
                "Die tafel was taai en die vloer vuil.",
                "Die toilette was vuil en sonder papier.",
                "Vuil messegoed, ons moes twee keer vra.",
            ),
        },
        "value": {
            "good": (
                "Goeie waarde vir geld.",
                "Die pryse is baie billik vir wat jy kry.",
                "Ons het {price} vir {count} mense betaal, die moeite werd.",
            ),
            "fair": ("'n Bietjie duur, maar jy betaal vir die uitsig.",),
            "bad": (
                "Te duur: {price} vir 'n {dish} is 'n grap.",
                "Heeltemal te duur vir wat jy kry.",
                "Die pryse het weer opgegaan, dit is nie die geld werd nie.",
            ),
        },
        "ambiance": {
            "good": (
                "Die atmosfeer is {lovely}, met musiek {day}.",
                "Gesellige plek met 'n rustige gevoel.",
            ),
            "fair": ("Die dekor is effens moeg, maar die musiek was gaaf.",),
            "bad": (
                "Die musiek was so hard dat ons nie kon gesels nie.",
                "Raserig en vol, geen atmosfeer nie.",
            ),
        },
        "menu": {
            "good": (
                "Die spyskaart het 'n {lovely} verskeidenheid.",
                "Ons hou van die nuwe spyskaart, veral die {dish}.",
            ),
            "fair": ("Die spyskaart is klein maar voldoende.",),
            "bad": (
                "Die helfte van die spyskaart was nie beskikbaar nie.",
                "Baie beperkte spyskaart, niks vir vegetariërs nie.",
            ),
        },
        "portion": {
            "good": (
                "Groot porsies, ons het die {side} huis toe geneem.",
                "Die porsie {dish} was meer as genoeg.",
            ),
            "fair": ("Die porsies is gemiddeld, genoeg vir middagete.",),
            "bad": (
                "Klein porsies, ek was nog honger.",
                "Die porsie {dish} was klein en {awful}.",
            ),
        },
        "location": {
            "good": (
                "Perfekte ligging met maklike parkering.",
                "Pragtige plek, naby {landmark}.",
            ),
            "fair": ("Die ligging is reg, parkering verg geduld.",),
            "bad": (
                "Parkering is 'n nagmerrie by hierdie ligging.",
                "Slegte ligging, die parkering by {landmark} voel onveilig.",
            ),
        },
    },
    short={
        "good": ("Heerlike kos!", "Baie lekker", "Uitstekend", "Top plek"),
        "fair": ("Gemiddeld", "Nie te sleg nie"),
        "bad": ("Vreeslik", "Teleurstellend", "Swak diens"),
    },
    replies={
        "good": (
            "Baie dankie {name}, ons sien uit daarna om jou weer te sien.",
            "Dankie vir die mooi woorde, {name}!",
        ),
        "fair": ("Dankie vir die eerlike terugvoer, {name}. Ons werk daaraan.",),
        "bad": (
            "Ons is jammer om dit te hoor, {name}. Skakel ons asseblief sodat ons dit kan regstel.",
            "Beste {name}, dit is nie ons standaard nie. Ons het met die span gepraat.",
        ),
    },
    but="maar",
    words={
        "occasion": ("'n verjaardag", "ons huweliksherdenking", "ontbyt", "Sondagmiddagete"),
        "day": ("Vrydagaand", "Saterdag", "Sondag", "Dinsdag", "Woensdagaand"),
        "company": ("die kinders", "my ouers", "vriende", "my vrou", "my man", "die familie"),
        "count": ("twee", "drie", "vier", "vyf", "ses", "agt"),
        "dish": (
            "lamskerrie",
            "bobotie",
            "biefstuk",
            "calamari",
            "beesburger",
            "pizza",
            "hoenderskenkel",
            "stokvis en skyfies",
            "beesstert",
            "seekosbord",
            "varkribbetjies",
            "sampioenpasta",
        ),
        "side": ("skyfies", "slaai", "knoffelbrood", "spinasie", "rys", "pap"),
        "drink": ("cappuccino", "melkskommel", "glas rooiwyn", "bier", "rooibostee"),
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
        "lovely": ("heerlik", "uitstekend", "wonderlik", "fantasties", "puik", "pragtig"),
        "awful": ("vreeslik", "sleg", "teleurstellend", "aaklig", "swak"),
        "really": ("regtig", "baie", "uiters", "so"),
        "short": ("tien", "12", "vyftien"),
        "medium": ("20", "25", "dertig"),
        "long": ("45", "50", "60", "75", "90", "veertig"),
        "price": ("R180", "R240", "R320", "R450", "R620", "R850"),
        "landmark": (
            "die hawe",
            "die ou kerk",
            "die markplein",
            "die dam",
            "die stasie",
            "die winkelsentrum",
        ),
    },
)
