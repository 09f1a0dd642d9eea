"""Words of forms, shops and addresses, of which entries and lines are made up."""

from __future__ import annotations

LABELS = """
Name Address City State Zip Phone Fax Date Time Signature Title Company Department Division Subject Re To From
CC Attention Page Pages Number Account Amount Total Subtotal Tax Quantity Qty Price Unit Description Item Code
Invoice Order Reference Ref Remarks Comments Notes Approved Approval By Received Requested Required Prepared
Reviewed Project Budget Estimate Estimated Cost Actual Contract Agreement Effective Expiration Start End
Completed Schedule Status Type Category Class Brand Product Sample Test Results Study Report Analysis Method
Material Materials Size Length Width Weight Temperature Volume Rate Percent Average Method Laboratory Research
Marketing Sales Region District Territory Manager Supervisor Director President Vice Secretary Employee Customer
Client Vendor Supplier Distribution Original Copy Copies File Form Section Part Exhibit Attachment Enclosure Yes
No N/A None Other Please Check Print Type Circle One Only Office Use Confidential Memorandum Memo Letter
Facsimile Transmission Cover Sheet Message Telephone Extension Area Social Security Birth Age Sex Male Female
Married Single Education Occupation Position Salary
""".split()  # noqa: SIM905
SHOP = """
TOTAL SUBTOTAL CASH CHANGE TAX GST INVOICE RECEIPT QTY PRICE AMOUNT DISCOUNT ROUNDING ITEM ITEMS BILL TABLE
CASHIER COUNTER MEMBER POINTS CARD VISA MASTERCARD CREDIT DEBIT APPROVAL TERMINAL BALANCE DUE TENDERED SERVICE
CHARGE THANK YOU PLEASE COME AGAIN WELCOME GOODS SOLD ARE NOT RETURNABLE REFUNDABLE EXCHANGE KEEP THIS FOR YOUR
RECORDS TEL FAX REG NO ID SUMMARY RATE INCL EXCL INCLUSIVE EXCLUSIVE RM USD EUR DATE TIME SALES PERSON
SALESPERSON DOC DESCRIPTION UNIT NET GROSS PAYMENT PAID STORE SHOP MART SUPERMARKET RESTAURANT CAFE BAKERY
TRADING ENTERPRISE HARDWARE STATIONERY PHARMACY SDN BHD JALAN TAMAN LORONG BANDAR KUALA LUMPUR SELANGOR JOHOR
BAHRU PETALING JAYA SHAH ALAM PENANG LOT LEVEL GROUND FLOOR STREET ROAD AVENUE LTD INC CO PLC
""".split()  # noqa: SIM905
GOODS = """
milk bread rice sugar butter cheese egg chicken beef fish prawn noodle soup salad burger fries coffee tea juice
water cola beer wine bottle can pack box bag tissue soap shampoo towel pen paper book tape glue battery cable
bulb pipe screw nail paint brush cement bolt hook lamp plug fan mug plate spoon large small hot ice set combo
extra fresh organic white black red green blue mixed fried grilled spicy sweet original classic
""".split()  # noqa: SIM905
UNITS = """
kg g mg ml l oz lb lbs pcs pc mm cm m in ft hrs min sec doz pkt btl ctn ea
""".split()  # noqa: SIM905
DOMAINS = """
com org net co.uk gov edu com.my de io info biz
""".split()  # noqa: SIM905
MONTHS = """
January February March April May June July August September October November December
""".split()  # noqa: SIM905
STREETS = """
Street St. Avenue Ave. Road Rd. Lane Drive Dr. Boulevard Blvd. Square Place Court Ct. Highway
""".split()  # noqa: SIM905
