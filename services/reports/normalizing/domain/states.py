"""States of Brazil and of the USA: the name, then the code and what else they are called."""

from typing import Final

BRAZILIAN_STATES: Final = """
Acre; AC
Alagoas; AL
Amapá; AP
Amazonas; AM
Bahia; BA; Baía
Ceará; CE
Distrito Federal; DF
Espírito Santo; ES; Espírito Sto
Goiás; GO; Goyaz
Maranhão; MA
Mato Grosso; MT
Mato Grosso do Sul; MS; Mato Grosso Sul
Minas Gerais; MG; Minas
Pará; PA
Paraíba; PB
Paraná; PR
Pernambuco; PE
Piauí; PI
Rio de Janeiro; RJ; Rio Janeiro; Estado do Rio
Rio Grande do Norte; RN; Rio Grande Norte
Rio Grande do Sul; RS; Rio Grande Sul; RGS
Rondônia; RO
Roraima; RR
Santa Catarina; SC; Sta Catarina
São Paulo; SP
Sergipe; SE
Tocantins; TO
"""

US_STATES: Final = """
Alabama; AL; Ala.
Alaska; AK
Arizona; AZ; Ariz.
Arkansas; AR; Ark.
California; CA; Calif.; Cali
Colorado; CO; Colo.
Connecticut; CT; Conn.
Delaware; DE; Del.
District of Columbia; DC; Washington DC; Washington D.C.
Florida; FL; Fla.
Georgia; GA
Hawaii; HI; Hawai'i
Idaho; ID
Illinois; IL; Ill.
Indiana; IN; Ind.
Iowa; IA
Kansas; KS; Kans.; Kan.
Kentucky; KY
Louisiana; LA
Maine; ME
Maryland; MD
Massachusetts; MA; Mass.
Michigan; MI; Mich.
Minnesota; MN; Minn.
Mississippi; MS; Miss.
Missouri; MO
Montana; MT; Mont.
Nebraska; NE; Nebr.; Neb.
Nevada; NV; Nev.
New Hampshire; NH
New Jersey; NJ; Nova Jersey; Nueva Jersey
New Mexico; NM; N. Mex.; Novo México; Nuevo México
New York; NY; Nova York; Nova Iorque; Nueva York
North Carolina; NC; Carolina do Norte; Carolina del Norte
North Dakota; ND; N. Dak.; Dakota do Norte; Dakota del Norte
Ohio; OH
Oklahoma; OK; Okla.
Oregon; OR; Ore.
Pennsylvania; PA; Penn.; Penna.; Pensilvânia
Puerto Rico; PR; Porto Rico
Rhode Island; RI
South Carolina; SC; Carolina do Sul; Carolina del Sur
South Dakota; SD; S. Dak.; Dakota do Sul; Dakota del Sur
Tennessee; TN; Tenn.
Texas; TX; Tex.
Utah; UT
Vermont; VT
Virginia; VA; Virg.
Washington; WA; Wash.
West Virginia; WV; W. Va.; Virgínia Ocidental; Virginia Occidental
Wisconsin; WI; Wis.; Wisc.
Wyoming; WY; Wyo.
"""
