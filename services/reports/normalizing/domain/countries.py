"""Countries and territories of ISO 3166: how we call them, then what else they are called and their codes.

Other names are Portuguese, Spanish and their own. NO and NA are left out, since they say "no" and "not
available", too; so is Congo, of which there are two.
"""

from typing import Final

COUNTRIES: Final = """
Andorra; AD; AND
United Arab Emirates; Emirados Árabes Unidos; Emiratos Árabes Unidos; UAE; EAU; Emirados Árabes;
  Emiratos Árabes; الإمارات; AE; ARE
Afghanistan; Afeganistão; Afganistán; AF; AFG
Antigua and Barbuda; Antígua e Barbuda; Antigua y Barbuda; AG; ATG
Anguilla; Anguila; AI; AIA
Albania; AL; ALB
Armenia; AM; ARM
Angola; AO; AGO
Antarctica; Antártida; AQ; ATA
Argentina; República Argentina; AR; ARG
American Samoa; Samoa Americana; AS; ASM
Austria; Österreich; AT; AUT
Australia; AU; AUS
Aruba; AW; ABW
Åland Islands; Ilhas Aland; Islas Aland; AX; ALA
Azerbaijan; Azerbaijão; Azerbaiyán; AZ; AZE
Bosnia and Herzegovina; Bósnia-Herzegovina; Bosnia y Hercegovina; Bosnia; BA; BIH
Barbados; BB; BRB
Bangladesh; BD; BGD
Belgium; Bélgica; België; Belgique; Belgien; BE; BEL
Burkina Faso; Burquina Faso; BF; BFA
Bulgaria; BG; BGR
Bahrain; BH; BHR
Burundi; BI; BDI
Benin; BJ; BEN
Saint Barthélemy; São Bartolomeu; San Bartolomé; BL; BLM
Bermuda; Bermudas; BM; BMU
Brunei; Brunei Darussalam; BN; BRN
Bolivia; BO; BOL
Caribbean Netherlands; BQ; BES
Brazil; Brasil; República Federativa do Brasil; Brésil; Brasilien; BR; BRA
Bahamas; The Bahamas; BS; BHS
Bhutan; Butão; Bután; BT; BTN
Bouvet Island; Ilha Bouvet; Isla Bouvet; BV; BVT
Botswana; Botsuana; BW; BWA
Belarus; Bielorrusia; Bielorrússia; Byelorussia; BY; BLR
Belize; Belice; BZ; BLZ
Canada; CA; CAN
Cocos Islands; Ilhas Coco; Islas Cocos; CC; CCK
DR Congo; The Democratic Republic Of Congo; Congo-Kinshasa; República Democrática del Congo; RDC; DRC;
  República Democrática do Congo; CD; COD
Central African Republic; República Centro-Africana; República Centroafricana; CF; CAF
Congo (Brazzaville); Republic of the Congo; República do Congo; República del Congo; CG; COG
Switzerland; Suíça; Suiza; Schweiz; Suisse; Svizzera; CH; CHE
Ivory Coast; Côte d'Ivoire; Costa do Marfim; Costa de Marfil; CI; CIV
Cook Islands; Ilhas Cook; Islas Cook; CK; COK
Chile; CL; CHL
Cameroon; Camarões; República dos Camarões; Camerún; CM; CMR
China; 中国; 中國; PRC; People's Republic of China; República Popular da China; CN; CHN
Colombia; CO; COL
Costa Rica; CR; CRI
Cuba; CU; CUB
Cape Verde; Cabo Verde; CV; CPV
Curaçao; CW; CUW
Christmas Island; Ilhas Natal; Isla Christmas; CX; CXR
Cyprus; Chipre; CY; CYP
Czechia; Czech Republic; República Tcheca; Chequia; República Checa; Tchéquia; Česko; Česká republika; CZ;
  CZE
Germany; Alemanha; Alemania; Deutschland; DE; DEU
Djibouti; Djibuti; Yibuti; DJ; DJI
Denmark; Dinamarca; Danmark; DK; DNK
Dominica; DM; DMA
Dominican Republic; República Dominicana; DO; DOM
Algeria; Argélia; DZ; DZA
Ecuador; Equador; EC; ECU
Estonia; EE; EST
Egypt; Egito; Egipto; مصر; EG; EGY
Western Sahara; Saara Ocidental; Sahara Occidental; EH; ESH
Eritrea; Eritreia; ER; ERI
Spain; Espanha; España; ES; ESP
Ethiopia; Etiópia; ET; ETH
Finland; Finlândia; Suomi; FI; FIN
Fiji; Fiyi; FJ; FJI
Falkland Islands; Ilhas Malvinas; Islas Malvinas; FK; FLK
Micronesia; FM; FSM
Faroe Islands; Ilhas Faroe; Islas Feroe; FO; FRO
France; França; Francia; FR; FRA
Gabon; Gabão; GA; GAB
United Kingdom; Reino Unido; UK; Great Britain; Britain; Grã-Bretanha; Gran Bretaña;
  United Kingdom of Great Britain and Northern Ireland; GB; GBR
Grenada; Granada; GD; GRD
Georgia; GE; GEO
French Guiana; Guiana Francesa; Guayana Francesa; GF; GUF
Guernsey; GG; GGY
Ghana; Gana; GH; GHA
Gibraltar; GI; GIB
Greenland; Groênlandia; GL; GRL
Gambia; The Gambia; GM; GMB
Guinea; Guiné; GN; GIN
Guadeloupe; Guadalupe; GP; GLP
Equatorial Guinea; Guiné Equatorial; Guinea Ecuatorial; GQ; GNQ
Greece; Grécia; Ελλάδα; Hellas; GR; GRC
South Georgia and the South Sandwich Islands; Geórgia do Sul e Ilhas Sandwich do Sul;
  Islas Georgia del Sur y Sandwich del Sur; GS; SGS
Guatemala; GT; GTM
Guam; GU; GUM
Guinea-Bissau; Guiné Bissau; GW; GNB
Guyana; Guiana; GY; GUY
Hong Kong; HKSAR; 香港; HK; HKG
Heard Island and McDonald Islands; Ilha Heard e Ilhas McDonald; Islas Heard y McDonald; HM; HMD
Honduras; HN; HND
Croatia; Croácia; HR; HRV
Haiti; HT; HTI
Hungary; Hungria; Magyarország; HU; HUN
Indonesia; ID; IDN
Ireland; Irlanda; IE; IRL
Israel; ישראל; IL; ISR
Isle of Man; Ilha de Man; Isla de Man; IM; IMN
India; भारत; IN; IND
British Indian Ocean Territory; Território Britânico do Oceano Índico;
  Territorio Británico del Océano Índico; IO; IOT
Iraq; Iraque; IQ; IRQ
Iran; Irã; Irão; IR; IRN
Iceland; Islândia; IS; ISL
Italy; Itália; IT; ITA
Jersey; JE; JEY
Jamaica; JM; JAM
Jordan; Jordânia; JO; JOR
Japan; Japão; Japón; 日本; JP; JPN
Kenya; Quênia; Kenia; KE; KEN
Kyrgyzstan; Quirguistão; Kirguizistán; KG; KGZ
Cambodia; Camboja; Camboya; KH; KHM
Kiribati; Quiribati; KI; KIR
Comoros; Comores; KM; COM
Saint Kitts and Nevis; São Cristovão e Nevis; San Cristóbal y Nieves; KN; KNA
North Korea; Coreia do Norte; Corea del Norte; KP; PRK
South Korea; Coreia do Sul; Corea del Sur; Republic of Korea; Korea; Coreia; Corea; 대한민국; 한국; KR; KOR
Kuwait; KW; KWT
Cayman Islands; Ilhas Caiman; Islas Caimán; KY; CYM
Kazakhstan; Casaquistão; Kazajstán; KZ; KAZ
Laos; República Popular Democrática do Laos; Lao People's Democratic Republic; Lao PDR; LA; LAO
Lebanon; Líbano; LB; LBN
Saint Lucia; Santa Lúcia; LC; LCA
Liechtenstein; LI; LIE
Sri Lanka; LK; LKA
Liberia; LR; LBR
Lesotho; Lesoto; LS; LSO
Lithuania; Lituânia; LT; LTU
Luxembourg; Luxemburgo; LU; LUX
Latvia; Letônia; LV; LVA
Libya; Líbia; LY; LBY
Morocco; Marrocos; Marruecos; MA; MAR
Monaco; MC; MCO
Moldova; Moldávia; Moldóvia; MD; MDA
Montenegro; ME; MNE
Saint Martin; São Martinho; San Martín; MF; MAF
Madagascar; MG; MDG
Marshall Islands; Ilhas Marshall; Islas Marshall; MH; MHL
North Macedonia; Macedonia; Macedônia do Norte; Macedonia del Norte; MK; MKD
Mali; ML; MLI
Myanmar; Burma; Birmânia; Mianmar; MM; MMR
Mongolia; MN; MNG
Macao; Macau; MO; MAC
Northern Mariana Islands; Ilhas Marianas do Norte; Islas Marianas del Norte; MP; MNP
Martinique; Martinica; MQ; MTQ
Mauritania; MR; MRT
Montserrat; MS; MSR
Malta; MT; MLT
Mauritius; Maurício; MU; MUS
Maldives; Maldivas; MV; MDV
Malawi; Malaui; MW; MWI
Mexico; Méjico; MX; MEX
Malaysia; Malásia; MY; MYS
Mozambique; Moçambique; MZ; MOZ
Namibia; NAM
New Caledonia; Nova Caledônia; Nueva Caledonia; NC; NCL
Niger; NE; NER
Norfolk Island; Ilha Norfolk; Isla Norfolk; NF; NFK
Nigeria; NG; NGA
Nicaragua; NI; NIC
Netherlands; Holanda; Holland; The Netherlands; Países Baixos; Países Bajos; Nederland; NL; NLD
Norway; Noruega; Norge; Norwegen; NOR
Nepal; NP; NPL
Nauru; NR; NRU
Niue; NU; NIU
New Zealand; Nova Zelândia; Nueva Zelanda; Aotearoa; NZ; NZL
Oman; Omã; OM; OMN
Panama; PA; PAN
Peru; PE; PER
French Polynesia; Polinésia Francesa; PF; PYF
Papua New Guinea; Papua-Nova Guiné; PG; PNG
Philippines; Filipinas; The Philippines; PH; PHL
Pakistan; Paquistão; Paquistán; PK; PAK
Poland; Polônia; Polska; PL; POL
Saint Pierre and Miquelon; Saint Pierre e Miquelon; San Pedro y Miquelón; PM; SPM
Pitcairn; Islas Pitcairn; PN; PCN
Puerto Rico; Porto Rico; PR; PRI
Palestine; Territórios palestinos; Palestina; State of Palestine; PS; PSE
Portugal; PT; PRT
Palau; Palaos; PW; PLW
Paraguay; Paraguai; PY; PRY
Qatar; Catar; QA; QAT
Réunion; Reunião; RE; REU
Romania; Romênia; Rumania; RO; ROU
Serbia; Sérvia; RS; SRB
Russia; Rusia; Russian Federation; Federação Russa; Federación de Rusia; Россия; RU; RUS
Rwanda; Ruanda; RW; RWA
Saudi Arabia; Arábia Saudita; السعودية; KSA; SA; SAU
Solomon Islands; Ilhas Salomão; Islas Salomón; SB; SLB
Seychelles; SC; SYC
Sudan; Sudão; SD; SDN
Sweden; Suécia; Sverige; SE; SWE
Singapore; Cingapura; Singapur; Singapura; SG; SGP
Saint Helena; Santa Helena; SH; SHN
Slovenia; Eslovênia; SI; SVN
Svalbard and Jan Mayen; Svalbard e Jan Mayen; Svalbard y Jan Mayen; SJ; SJM
Slovakia; Eslováquia; SK; SVK
Sierra Leone; Serra Leoa; Sierra Leona; SL; SLE
San Marino; SM; SMR
Senegal; SN; SEN
Somalia; SO; SOM
Suriname; Surinam; SR; SUR
South Sudan; Sudán del Sur; Sudão do Sul; SS; SSD
São Tomé and Príncipe; São Tomé e Príncipe; Santo Tomé y Príncipe; ST; STP
El Salvador; SV; SLV
Sint Maarten; SX; SXM
Syria; Síria; Syrian Arab Republic; SY; SYR
Eswatini; Swaziland; Suazilândia; Essuatíni; SZ; SWZ
Turks and Caicos Islands; Ilhas Turks e Caicos; Islas Turcas y Caicos; TC; TCA
Chad; Chade; TD; TCD
French Southern Territories; Territórios Franceses do Sul; Territorios Franceses del Sur; TF; ATF
Togo; TG; TGO
Thailand; Tailândia; TH; THA
Tajikistan; Tadjiquistão; Tayikistán; TJ; TJK
Tokelau; TK; TKL
Timor-Leste; Timor Oriental; East Timor; TL; TLS
Turkmenistan; Turcomenistão; TM; TKM
Tunisia; Túnez; TN; TUN
Tonga; TO; TON
Turkey; Turquia; Türkiye; TR; TUR
Trinidad and Tobago; Trinidad e Tobago; Trinidad y Tobago; Trinidad; TT; TTO
Tuvalu; TV; TUV
Taiwan; 台灣; TW; TWN
Tanzania; TZ; TZA
Ukraine; Ucrânia; Україна; UA; UKR
Uganda; UG; UGA
United States Minor Outlying Islands; Ilhas Menores Distantes dos Estados Unidos;
  Islas menores alejadas de los Estados Unidos; UM; UMI
United States; Estados Unidos; United States of America; Estados Unidos da América;
  Estados Unidos de América; EUA; EEUU; EE.UU.; US; USA
Uruguay; Uruguai; UY; URY
Uzbekistan; Uzbequistão; UZ; UZB
Vatican City; Vatican; Vaticano; Ciudad del Vaticano; Holy See; Santa Sé; Cidade do Vaticano; VA; VAT
Saint Vincent and the Grenadines; São Vicente e Granadinas; San Vicente y las Granadinas; VC; VCT
Venezuela; VE; VEN
British Virgin Islands; Ilhas Virgens Britânicas; Islas Vírgenes Británicas; VG; VGB
U.S. Virgin Islands; Ilhas Virgens dos EUA; Islas Vírgenes Americanas; United States Virgin Islands; VI; VIR
Vietnam; Vietnã; Viet Nam; Vietname; VN; VNM
Vanuatu; VU; VUT
Wallis and Futuna; Wallis e Futuna; Wallis y Futuna; WF; WLF
Samoa; WS; WSM
Yemen; Iêmen; YE; YEM
Mayotte; YT; MYT
South Africa; África do Sul; Sudáfrica; ZA; ZAF
Zambia; ZM; ZMB
Zimbabwe; Zimbábue; ZW; ZWE
"""
