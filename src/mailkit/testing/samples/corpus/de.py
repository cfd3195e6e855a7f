"""German."""

from __future__ import annotations

from mailkit.testing.samples.script import Language, Script, acme, customer

LANGUAGE = Language(
    code="de",
    greetings=("Guten Tag {name},", "Hallo {name},", "Sehr geehrte Damen und Herren, guten Tag {name},"),
    closings=("Mit freundlichen Grüßen", "Viele Grüße", "Freundliche Grüße"),
    deal="{subject} (Deal {number})",
    ticket="[Ticket #{number}] {subject}",
    reply_prefix="AW: ",
    forward_prefix="WG: ",
    sent_from_phone="Von meinem iPhone gesendet",
    away_subject="Automatische Antwort: ",
    away_text=(
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum {day} nicht im Büro; "
        "Ihre E-Mail wird nicht weitergeleitet.\n\n"
        "In dringenden Fällen wenden Sie sich bitte an unsere Zentrale."
    ),
)

SCRIPTS = (
    Script(
        "de",
        "sales",
        "deal",
        "Angebot über {qty} Etikettendrucker {product}",
        (
            customer(
                "für unser Lager in Süderbrügge (D-20457) benötigen wir bis {week} {qty} Etikettendrucker "
                "vom Typ {product}.\n\n"
                "Bitte unterbreiten Sie uns ein Angebot frei Haus, einschließlich Einweisung unserer Mitarbeiter.\n\n"
                "Können die vorhandenen Rollen {product2} weiterverwendet werden?"
            ),
            acme(
                "vielen Dank für Ihre Anfrage. Wir bieten Ihnen {qty} Stück {product} zu je {price} EUR an, "
                "zusammen {total} EUR zuzüglich Umsatzsteuer.\n\n"
                "Lieferung frei Haus und eine Einweisung von zwei Stunden sind enthalten.\n\n"
                "Die Rollen {product2} passen ohne Umbau.\n\n"
                "An das Angebot halten wir uns bis zum {day} gebunden."
            ),
            customer(
                "danke für das schnelle Angebot. Der Preis passt, nur die Lieferzeit wäre uns bis {week} wichtig. "
                "Lässt sich das einrichten?"
            ),
            acme("ja, das schaffen wir. Ich habe die Geräte für Sie zurückgelegt, bis Ihre Bestellung eintrifft."),
            customer("anbei unsere Bestellung {order}. Bitte bestätigen Sie Preis und Termin."),
            acme("hiermit bestätige ich Ihre Bestellung {order} zu den genannten Bedingungen, Liefertermin {day}."),
        ),
    ),
    Script(
        "de",
        "support",
        "ticket",
        "{product}: Papierstau nach jedem zweiten Etikett",
        (
            customer(
                "seit heute früh staut sich bei unserem {product} (Seriennummer {serial}) nach jedem zweiten Etikett "
                "das Papier. Gereinigt haben wir schon.\n\n"
                "Die Spätschicht beginnt um 14 Uhr, bis dahin müsste er laufen."
            ),
            acme(
                "das klingt nach einer verstellten Andruckrolle. Zwei kurze Fragen:\n\n"
                "Wurde vor Kurzem die Etikettengröße gewechselt?\n\n"
                "Zeigt das Display die Meldung E-14?"
            ),
            customer("Ja, gestern von 80 auf 100 mm.\n\nGenau, E-14 blinkt.", inline=True),
            acme(
                "dann bitte den grünen Hebel hinter der Rolle auf die zweite Raste stellen und unter "
                "Menü / Papier / Kalibrieren einmal durchlaufen lassen."
            ),
            customer("läuft wieder, vielen Dank! Das hat uns die Schicht gerettet."),
        ),
    ),
    Script(
        "de",
        "sales",
        "contact",
        "Rückfrage zur Rechnung {invoice}",
        (
            customer(
                "auf Ihrer Rechnung {invoice} fehlt unsere Bestellnummer {order}. "
                "Ohne diese kann unsere Buchhaltung leider nicht anweisen. Könnten Sie uns eine neue schicken?"
            ),
            acme("entschuldigen Sie bitte. Die berichtigte Rechnung mit Bestellnummer {order} geht heute hinaus."),
            customer("ist angekommen, die Zahlung erfolgt mit dem nächsten Lauf am {day}."),
        ),
    ),
    Script(
        "de",
        "support",
        "ticket",
        "Reklamation zu Lieferung {order}",
        (
            customer(
                "von den {qty} gelieferten Geräten haben drei sichtbare Kratzer am Gehäuse, "
                "bei einem klemmt außerdem die Klappe. So können wir sie unserem Kunden nicht übergeben."
            ),
            acme(
                "das tut mir leid, so darf Ware nicht bei Ihnen ankommen. Wir tauschen alle drei Geräte; "
                "die Spedition bringt die neuen am {day} und nimmt die alten gleich mit."
            ),
            customer("einverstanden. Bitte vorher unter der Nummer auf dem Lieferschein {lot} anrufen."),
            acme("ist vermerkt. Als Entschuldigung liegt ein Karton {product2} bei."),
        ),
    ),
    Script(
        "de",
        "sales",
        "deal",
        "Wartungsvertrag {product}",
        (
            acme(
                "die Gewährleistung für Ihre Anlage {product} (Seriennummer {serial}) läuft am {day} aus. "
                "Für {price} EUR im Jahr übernehmen wir Inspektion und Verschleißteile. "
                "Darf ich Ihnen den Vertrag zusenden?"
            ),
            customer("gern, bitte mit Beginn in {week}. Wer ist bei Ihnen Ansprechpartner für Notfälle am Wochenende?"),
            acme("der Bereitschaftsdienst steht auf Seite 2 des Vertrags. Die Unterlagen gehen heute per Post an Sie."),
        ),
    ),
    Script(
        "de",
        "sales",
        "deal",
        "Mietkauf {product}",
        (
            customer(
                "wir überlegen, den {product} nicht zu kaufen, sondern über 36 Monate zu mieten. "
                "Bieten Sie so etwas an, und was wäre die monatliche Rate bei {qty} Geräten?"
            ),
            acme(
                "ja, über unseren Leasingpartner. Bei {qty} Geräten und einem Kaufpreis von {total} EUR liegt die Rate "
                "je nach Bonität bei etwa drei Prozent im Monat, Wartung inbegriffen."
            ),
            customer(
                "das klingt vernünftig. Bitte schicken Sie die Unterlagen bis {day}, dann entscheidet die Leitung."
            ),
            acme("die Unterlagen sind unterwegs. Für Rückfragen des Leasingpartners stehe ich gern bereit."),
        ),
    ),
    Script(
        "de",
        "support",
        "ticket",
        "Umlaute werden auf dem {product} falsch gedruckt",
        (
            customer(
                "auf unseren Etiketten steht seit der Umstellung der Warenwirtschaft statt »Größe« nur noch »GrÃ¶ÃŸe«. "
                "Liegt das an Ihnen oder an uns?"
            ),
            acme(
                "an der Schnittstelle: Die neue Warenwirtschaft sendet UTF-8, der {product} "
                "erwartet noch Windows-1252. "
                "Unter Menü / Schnittstelle / Zeichensatz bitte auf UTF-8 stellen."
            ),
            customer("umgestellt, Größe ist wieder Größe. Vielen Dank!"),
        ),
    ),
    Script(
        "de",
        "sales",
        "contact",
        "Messetermin in {week}",
        (
            customer("kommen Sie dieses Jahr zur Messe? Wir würden uns den {product} gern am Stand ansehen."),
            acme("wir sind dabei, Halle 4. Passt Ihnen Dienstag um elf? Ich reserviere eine Stunde an der Maschine."),
            customer("Dienstag um elf passt. Wir kommen zu zweit."),
        ),
    ),
)
