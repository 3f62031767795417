"""What Afrikaans words are worth in a restaurant review: from -1 (as bad as can be) to 1, by rough steps.

"die" (the), "bad" (bath), "kind" (child), "wag" in names and other words that English reads otherwise are left out.
"""

from __future__ import annotations

WEIGHTS: dict[float, str] = {
    0.9: """
        besonderse briljant buitengewoon buitengewone fantasties fantastiese fenomenaal foutloos foutlose
        goddelik goddelike ongelooflik ongelooflike onoortreflik onverbeterlik perfekte perfek skitterend
        skitterende uitmuntend uitmuntende uitsonderlik uitsonderlike uitstekend uitstekende voortreflik
        voortreflike wonderlik wonderlike wonderbaarlik
    """,
    0.7: """
        aanbeveel beste beveel beïndruk geliefde heerlik heerlike heerlikste indrukwekkend indrukwekkende
        eersteklas juweel kostelik kostelike lekkerste liefde onvergeetlik onvergeetlike piekfyn pragtig pragtige
        pragtigste puik puike silwerskoon smul smullekker spoggerig spoggerige sprankelend watertand
    """,
    0.5: """
        aangenaam aangename aantreklik aantreklike aptytlik behulpsaam behulpsame betroubaar dankbaar
        doeltreffend egte gaaf gasvry gasvrye gasvryheid geniet genietbaar genotvol geurig geurige gesellig
        gesellige gemaklik gemaklike goed goeie glimlag gul hartlik hartlike hulpvaardig keurig keurige
        knapperig lekker lekkerder lieflik lieflike lus mals malse mooi mooier mooiste netjies netjiese
        onthaal ontspanne oulik oulike professioneel romanties rustig rustige sappig sappige skoon smaaklik
        smaaklike smaakvol tevrede trots tuisgemaak vars varsgebakte vinnig vinnige vriendelik vriendelike
        vriendelikheid vrolik vrolike waardeer warmte welkom bekostigbaar bekostigbare kraakvars
    """,
    0.35: """
        beter billik billike bekwaam dankie flink goedkoop gou handig interessant interessante maklik maklike
        omgegee oplettend oplettende ruim sag stylvol suksesvol veilig veilige verbeter verfrissend verras
        voedsaam werd ordentlik ordentlike spesiaal spesiale
    """,
    0.15: "aanvaarbaar aanvaarbare genoeg oukei redelike voldoende",
    -0.15: "gemiddeld gemiddelde gewoon middelmatig",
    -0.35: """
        afgeleefd bedompig beknop beperk beperkte besig chaoties deurmekaar duur duurder gekla gesukkel gewag
        haastig honger jammer kla klagte klagtes koud lawaai lawaaierig louwarm moeg moeilik moeilike morsig
        morsige olierig ongemaklik ongemaklike probleem probleme raserig raserige rommel skaars sleurig stadig
        stadige skraal taai vergeet verkeerd verkeerde vertraag vertraging vetterig vermoeiend verwar wagtyd
        waterig weinig droog droë
    """,
    -0.55: """
        belaglik gebrand gebrande gebreekte geïgnoreer geïgnoreerd gefrustreer flou koue laf lafwarm muf muwwe
        nagmerrie nalatig onaanvaarbaar onaanvaarbare onbeskof onbeskofte onbeskofheid onbeholpe onbekwaam
        ongaar ongeduldig ongelukkige onhigiënies onhulpsaam onprofessioneel ontevrede onveilig
        onvriendelik onvriendelike oorgaar rou rubberagtig sleg slegte slegter slordig slordige smaakloos
        smaaklose spyt stink stinkend suur swak swakker teleurgesteld teleurgestel teleurstellend
        teleurstellende teleurstelling vermy verniel vieslik vlieë vuil vuilgoed yskoud kakkerlakke grap
    """,
    -0.9: """
        aaklig aaklige afgryslik afgryslike afskuwelik afskuwelike afstootlik bedorwe gruwelik gruwelike haat
        skandalig skandalige skande slegste swakste verskriklik verskriklike voedselvergiftiging
        verrot vrot vrotsig vreeslik vreeslike walglik walglike
    """,
}

PHRASES: dict[float, str] = {
    0.7: """
        top klas | top plek | sterk aan | kan nie wag nie | vol geur | alle lof | dik van genot |
        vingers aflek | tuis laat voel | tuis gevoel
    """,
    0.5: """
        weer kom | kom weer | kom beslis weer | kom verseker weer | kom definitief weer | sal terugkom |
        die moeite werd | elke sent werd | die geld werd | meer as genoeg | groot porsies | groot porsie |
        reuse porsies | hou so aan | hou van | hou baie van | nie hoef te wag | hoef glad nie te wag nie |
        hoef nie te wag nie | mooi so | baie dankie | sien uit | maklike parkering | veilige parkering |
        klop die | by die huis | net reg
    """,
    0.3: "nie net nie | koue bier | koue biere | geen probleem | geen klagtes | geen klagtes nie",
    0.15: "nie sleg nie | nie te sleg nie | nie so sleg nie",
    -0.25: """
        niks besonders | niks besonders nie | niks spesiaals | plek vir verbetering | minder so |
        vroeër beter | te besig | effens moeg | kan beter | verg geduld
    """,
    -0.5: """
        te duur | te hard | so hard | te sout | te soet | te droog | te lank | te klein | te min |
        klein porsies | klein porsie | geen atmosfeer | geen atmosfeer nie | nie beskikbaar |
        nie beskikbaar nie | op hul baadjie | nog honger | ys koud | kry dit asseblief reg |
        niemand het omgegee | niemand het omgegee nie | sonder papier | nie gaar nie | wou nie | bly weg |
        beveel dit nie aan | beveel dit nie aan nie | hou nie van | hou nie daarvan | geniet dit nie |
        dit nie geniet
    """,
    -0.8: """
        nooit weer | mors van geld | mors van tyd | vermors geld | kos vergiftiging |
        siek geword | siek gemaak
    """,
}

NEGATORS = "nie nooit geen niks niemand sonder nêrens nouliks kwalik"
BOOSTERS = """
    baie regtig uiters so heeltemal ontsettend verskriklik vreeslik besonder absoluut totaal werklik erg
    ongelooflik alte veels
"""
DAMPERS = "effens bietjie taamlik redelik ietwat nogal"
