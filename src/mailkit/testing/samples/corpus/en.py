"""English."""

from __future__ import annotations

from mailkit.testing.samples.script import Language, Script, acme, customer

LANGUAGE = Language(
    code="en",
    greetings=("Hi {name},", "Hello {name},", "Dear {name},"),
    closings=("Best regards,", "Kind regards,", "Thanks,", "Many thanks,"),
    deal="{subject} (Deal {number})",
    ticket="[Ticket #{number}] {subject}",
    reply_prefix="Re: ",
    forward_prefix="Fwd: ",
    sent_from_phone="Sent from my iPhone",
    away_subject="Automatic reply: ",
    away_text=(
        "Thank you for your message. I am out of the office until {day} and will read my mail when I am back.\n\n"
        "For urgent matters please call our main line."
    ),
)

SCRIPTS = (
    Script(
        "en",
        "sales",
        "deal",
        "Offer for {qty} x {product} label printers",
        (
            customer(
                "We are fitting out a second packing line in {week} and need {qty} label printers, "
                "ideally the {product} we saw at your stand.\n\n"
                "Could you quote including delivery to our warehouse and a spare print head per machine?\n\n"
                "Also: do they work with the {product2} rolls we already have in stock?"
            ),
            acme(
                "Thank you for your enquiry. For {qty} units of the {product} we can offer EUR {price} each, "
                "EUR {total} in total, delivery included.\n\n"
                "A spare print head is EUR 62 per machine; at this quantity we would include two free of charge.\n\n"
                "Yes, the {product2} rolls fit without any change.\n\n"
                "The offer is valid until {day}."
            ),
            customer(
                "Good, that is close to what we had in mind. If you can do 5 % for payment within 10 days, "
                "I can have the order approved this week."
            ),
            acme(
                "We can meet you at 3 % for payment within 10 days, and I would add the third print head. "
                "Would that work for you?"
            ),
            customer("Agreed. Our order {order} follows by separate mail. Please confirm the delivery date."),
            acme("Order {order} is in the system. Delivery is planned for {day}; the carrier will announce the hour."),
        ),
    ),
    Script(
        "en",
        "sales",
        "deal",
        "Maintenance contract for your {product}",
        (
            acme(
                "The warranty on your {product} (serial number {serial}) ends on {day}.\n\n"
                "Most customers with two shifts a day take the yearly inspection: one visit, wear parts included, "
                "EUR {price} a year.\n\n"
                "Shall I prepare a contract?"
            ),
            customer(
                "Thanks for the reminder. Yes for the inspection, but not in December, that is our busiest month.\n\n"
                "Does the price include the travel costs?\n\n"
                "And can we cancel if we replace the machine?",
                inline=False,
            ),
            acme(
                "Understood, we would come in {week}.\n\n"
                "Travel is included within 150 km, which covers your site.\n\n"
                "Yes, with one month's notice to the end of a quarter.",
                inline=True,
            ),
            customer("Perfect. Please send the contract, I will have it signed by Friday."),
        ),
    ),
    Script(
        "en",
        "sales",
        "contact",
        "Meeting about the new packing line",
        (
            customer(
                "We would like to see the {product} running before we decide. Would Thursday in {week} suit you? "
                "We would be three people and could be with you by ten."
            ),
            acme(
                "Thursday is fine. Please report at gate 2 and bring a few of your own cartons, "
                "then we can show the change of format with real material."
            ),
            customer("Wonderful, we will bring three sizes. One of us is vegetarian, in case you plan lunch."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "{product} prints blank labels after firmware update",
        (
            customer(
                "Since yesterday's update our {product} (serial {serial}) feeds labels but prints nothing on them. "
                "The test page from the front panel is fine.\n\n"
                "We have 400 parcels waiting, so please treat this as urgent."
            ),
            acme(
                "I am sorry for the trouble. Two questions so that we lose no time:\n\n"
                "Which version does the panel show under Info / System?\n\n"
                "And is the driver on the PC older than 4.2?"
            ),
            customer(
                "It shows 7.10.3.\n\nThe driver is 4.1, nobody has touched it for two years.",
                inline=True,
            ),
            acme(
                "That explains it: 7.10 needs driver 4.2 or newer, otherwise the page arrives empty. "
                "Please install 4.2.1 from the download page, restart the spooler and print again."
            ),
            customer("Brilliant, it works. All 400 labels are out. You can close the case."),
            acme("Glad to hear it. I am closing the ticket; just answer this mail if it comes back."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "Broken tray in delivery {order}",
        (
            customer(
                "The {product} from order {order} arrived this morning with a broken paper tray. "
                "The carton had a dent on the long side; the driver noted it on the slip."
            ),
            acme(
                "Thank you for telling us at once. A new tray leaves our store today, "
                "no need to send the old one back. Could you send a photo of the carton for the carrier's insurance?"
            ),
            customer("Photo is on its way from my colleague's phone. The slip number is {lot}."),
            acme("Received, thank you. The tray should reach you by {day}."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "How do we change the date format on the {product}?",
        (
            customer(
                "Our new customer wants the packing date as 02.03.2026 instead of 03/02/2026. "
                "Where do we change that without breaking the other templates?"
            ),
            acme(
                "You can set it per template: open the template, choose Fields / Date / Format and enter DD.MM.YYYY. "
                "Templates that are already saved keep their own format."
            ),
            customer("Found it. Thank you, that was quick."),
        ),
    ),
    Script(
        "en",
        "sales",
        "contact",
        "Delivery date for order {order}",
        (
            customer(
                "Could you let me know when order {order} ({qty} x {product}) will leave your warehouse? "
                "Our electrician is booked for {day}."
            ),
            acme(
                "The goods are packed and leave tomorrow with the morning truck. "
                "Tracking number {lot}, expected at your site one day before your electrician."
            ),
            customer("That is a relief. Thanks for the quick answer."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "Wrong quantity invoiced on {invoice}",
        (
            customer(
                "Invoice {invoice} lists {qty} boxes of {product2} but we received, and signed for, two boxes fewer. "
                "Please correct it before we pay."
            ),
            acme(
                "I have checked with the warehouse: you are right, two boxes were still on back-order. "
                "A corrected invoice goes out today; please disregard the first one."
            ),
            customer("Received and passed to accounting. Thank you."),
            acme("And the missing two boxes left this morning, free of freight, with our apologies."),
            customer("Very kind. Case closed from our side."),
            acme("Thank you, I have closed it. Have a good weekend!"),
            customer("Sorry, one more thing: may we keep the surplus pallet, or will you collect it?"),
            acme("Please keep it. It is a one-way pallet."),
        ),
    ),
    Script(
        "en",
        "sales",
        "deal",
        "Trade-in of two old printers",
        (
            customer(
                "We still have two printers of the previous series. Would you take them back if we order {qty} of the "
                "{product}?"
            ),
            acme(
                "Gladly. For each machine in working order we credit EUR 90 on the {product} at EUR {price}. "
                "Could you tell me the serial numbers and the counter readings?"
            ),
            customer("Serial numbers {serial} and {lot}; both have printed a little over two million labels."),
            acme("That is within the limit. The written offer with the credit is valid until {day}."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "Spare part for {product} on back-order since {week}",
        (
            customer(
                "The cutter blade for our {product} has been on back-order for three weeks now. "
                "We cut by hand in the meantime, which costs us an hour a day."
            ),
            acme(
                "I have just spoken to purchasing: our supplier delivers on {day}. "
                "To bridge the time I can send a used but sharpened blade today, free of charge. Would that help?"
            ),
            customer("Yes please, to the attention of the night shift."),
            acme("It is on its way, tracking number {lot}."),
            customer("Arrived and fitted. You have saved our week."),
        ),
    ),
    Script(
        "en",
        "sales",
        "contact",
        "New contact for purchasing",
        (
            customer(
                "From next month a colleague will look after purchasing here. "
                "Please keep me in copy until the open order {order} is delivered."
            ),
            acme("Thank you for letting us know; it was a pleasure working with you. Order {order} is due on {day}."),
        ),
    ),
    Script(
        "en",
        "sales",
        "deal",
        "Sample rolls {product2} for a test",
        (
            customer("Could we have three sample rolls of {product2}? Our freezer store is at minus 24 degrees."),
            acme(
                "Three rolls of {product2} leave today, with a second adhesive for comparison. "
                "Please leave the labels on for 48 hours before you judge."
            ),
            customer("The second adhesive holds, the first one does not. What would {qty} boxes cost?"),
            acme("At {qty} boxes it is EUR 24 a roll, delivered within two weeks."),
            customer("Please send a firm offer, I will order on {day}."),
        ),
    ),
    Script(
        "en",
        "support",
        "ticket",
        "Network cable or Wi-Fi for the {product}?",
        (
            customer(
                "We are moving the {product} to a corner without a network socket. Does it do Wi-Fi, or do we have to "
                "lay a cable?"
            ),
            acme("It needs the wireless module, which takes ten minutes to fit. Shall I quote it?"),
            customer("Yes, and please tell me whether it supports certificates; our IT insists on them."),
            acme(
                "It does: WPA2-Enterprise with certificates, from firmware 7.2. The quote for the module follows today."
            ),
        ),
    ),
)
